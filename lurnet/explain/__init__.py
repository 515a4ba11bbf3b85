"""What a prediction rests on: maps of the input, computed for any model.

| function | what it shows | source |
|---|---|---|
| `saliency` | where a small change of the input changes the score | Simonyan et al., 2013 |
| `integrated_gradients` | what each input adds to the score | Sundararajan et al., 2017 |
| `grad_cam` | which regions of a feature map speak for a class | Selvaraju et al., 2017 |
| `occlusion` | how much the score falls when a patch is covered | Zeiler and Fergus, 2014 |

All take the model, inputs and ``target``: None for the class with the highest score of each sample,
a class number, one number for each sample, or a function ``outputs (n, ...) -> scores (n,)``. The
score is taken before a final softmax or sigmoid: a sure network's probabilities hardly move, and
neither would the maps.

`lurnet.plots` draws them under the same names.
"""

from lurnet.explain.gradients import *
from lurnet.explain.maps import *
from lurnet.explain.score import *
