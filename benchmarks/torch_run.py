"""Plain PyTorch: tight loops over tensors in memory, in its fastest documented settings."""

from __future__ import annotations

import copy
from typing import Any

import resnet
import samples
import works

Logs = dict[str, float]


class TorchRun:
    """One chunk of each kind; a method's name is the kind's."""

    def __init__(
        self,
        torch: Any,
        work: works.Work,
        limit: int,
        *,
        channels_last: bool = False,
        compiled: str = "",
        decay: bool = False,
        inference_batch: int = 32,
    ) -> None:
        """Put the data on the device and build the model.

        `compiled` is a mode of `torch.compile`. With `decay` the L2 penalty is the optimizer's
        weight decay of that one kernel: the same gradient, and the loss does not show it.
        """
        torch.manual_seed(samples.SEED)
        self.torch, self.work, self.compiled, self.decay = torch, work, compiled, decay
        self.inference_batch, self.channels_last = inference_batch, channels_last
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        if self.device == "cuda":  # what the other frameworks do on their own
            torch.set_float32_matmul_precision("high")
            torch.backends.cudnn.benchmark = True
        self.x, self.y = self.tensors(*samples.load(work, limit))
        self.loss = torch.nn.CrossEntropyLoss() if work.classify else torch.nn.MSELoss()
        self.prepare(work)
        if work.kind == "until":
            self.test = self.tensors(*samples.test_set(work, limit))
            self.first = copy.deepcopy(self.plain.state_dict())

    def tensors(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Data and targets on the device, images with their channels first."""
        inputs = self.torch.from_numpy(x).to(self.device)
        if len(self.work.shape) > 1:
            inputs = inputs.permute(0, 3, 1, 2).contiguous()
        if self.channels_last:
            inputs = inputs.to(memory_format=self.torch.channels_last)
        if not self.work.classify:
            return inputs, inputs
        return inputs, self.torch.from_numpy(y).long().to(self.device)

    def prepare(self, work: works.Work) -> None:
        """A new model and optimizer with Keras' initial values and constants."""
        self.plain = network(self.torch, work, self.x[:2])
        if self.channels_last:
            self.plain = self.plain.to(memory_format=self.torch.channels_last)
        self.l2 = 0.0 if self.decay else work.l2
        self.kernel = next(self.plain.parameters())  # the one that a penalty is on
        self.optimizer = self.new_optimizer(work)
        self.model, self.objective = self.plain, self.measure
        if self.compiled:
            self.model = self.torch.compile(self.plain, mode=self.compiled)
            self.objective = self.torch.compile(self.measure, mode=self.compiled)

    def new_optimizer(self, work: works.Work) -> Any:
        """The optimizer of `work` with Keras' constants, in PyTorch's fastest form."""
        kernel, *others = self.plain.parameters()
        penalty = 2 * work.l2 if self.decay else 0.0
        groups = [{"params": [kernel], "weight_decay": penalty}, {"params": others}]
        if work.optimizer == "sgd":
            return self.torch.optim.SGD(groups, lr=work.rate, fused=True)
        return self.torch.optim.Adam(groups, lr=work.rate, eps=1e-7, fused=True)

    def measure(self, x: Any, target: Any) -> tuple[Any, Any]:
        """Loss and right answers of one batch."""
        low = self.work.policy == "mixed_bfloat16"
        with self.torch.autocast(self.device, dtype=self.torch.bfloat16, enabled=low):
            output = self.plain(x)
            loss = self.loss(output, target)
        if self.l2:
            loss = loss + self.l2 * self.kernel.square().sum()
        hits = (output.argmax(1) == target).sum() if self.work.classify else loss.new_zeros(())
        return loss, hits

    def chunk(self) -> Logs:
        """Run one chunk of the work's kind and wait until it is done."""
        return getattr(self, self.work.kind)()

    def train(self) -> Logs:
        """One epoch; loss and accuracy are summed on the device."""
        torch, batch = self.torch, self.work.batch
        self.plain.train()
        loss_sum, hits_sum = (torch.zeros((), device=self.device) for _ in range(2))
        for rows in torch.randperm(len(self.x), device=self.device).split(batch):
            self.optimizer.zero_grad()
            loss, hits = self.objective(self.x[rows], self.y[rows])
            loss.backward()
            self.optimizer.step()
            loss_sum += loss.detach()
            hits_sum += hits
        return self.logs(loss_sum * batch, hits_sum, len(self.x))

    def logs(self, loss_sum: Any, hits: Any, count: int) -> Logs:
        """Means over the samples; reading them waits for the device."""
        logs = {"loss": float(loss_sum) / count}
        return logs | ({"accuracy": float(hits) / count} if self.work.classify else {})

    def predict(self) -> Logs:
        """All samples, in batches, several times."""
        self.plain.eval()
        with self.torch.inference_mode():
            for _ in range(works.CALLS):
                parts = [self.model(x).softmax(1) for x in self.x.split(self.inference_batch)]
                self.torch.cat(parts).cpu().numpy()
        return {}

    def evaluate(self) -> Logs:
        """The same, with labels."""
        logs: Logs = {}
        for _ in range(works.CALLS):
            logs = self.score(self.x, self.y, self.inference_batch)
        return logs

    def score(self, inputs: Any, targets: Any, batch: int) -> Logs:
        """Loss and accuracy of samples that are not trained on."""
        self.plain.eval()
        loss_sum, hits_sum = (self.torch.zeros((), device=self.device) for _ in range(2))
        with self.torch.inference_mode():
            for x, y in zip(inputs.split(batch), targets.split(batch), strict=True):
                loss, hits = self.objective(x, y)
                loss_sum += loss * len(x)
                hits_sum += hits
        return self.logs(loss_sum, hits_sum, len(inputs))

    def single(self) -> Logs:
        """One image after the other; each answer as a NumPy array."""
        self.plain.eval()
        with self.torch.inference_mode():
            for row in range(len(self.x)):
                self.model(self.x[row : row + 1]).softmax(1).cpu().numpy()
        return {}

    call = single  # PyTorch has no other way

    def sweep(self) -> Logs:
        """A loop over settings: a new model for each."""
        logs: Logs = {}
        for factor in works.SWEEP_FACTORS:
            for replicate in range(works.SWEEP_REPLICATES):
                self.torch.manual_seed(replicate)
                self.prepare(works.with_l2(self.work, factor))
                for _ in range(works.SWEEP_EPOCHS):
                    logs = self.train()
        return logs

    def until(self) -> Logs:
        """From the first weights on, epoch by epoch, until the test accuracy is reached."""
        self.plain.load_state_dict(self.first)
        self.optimizer = self.new_optimizer(self.work)
        for epoch in range(1, works.MOST_EPOCHS + 1):
            self.train()
            logs = self.score(*self.test, 1000)
            if logs["accuracy"] >= works.TEST_ACCURACY:
                return logs | {"epochs": epoch}
        return logs | {"epochs": works.MOST_EPOCHS}


def modules(nn: Any, spec: works.Layer) -> list[Any]:
    """The modules that `spec` describes; the softmax is left to the loss, as PyTorch wants it."""
    activations = {"relu": [nn.ReLU()], "sigmoid": [nn.Sigmoid()], "softmax": []}
    match spec:
        case works.Conv(filters, padding):
            return [nn.LazyConv2d(filters, 3, padding=padding), nn.ReLU()]
        case works.Pool():
            return [nn.MaxPool2d(2)]
        case works.Flatten():
            return [nn.Flatten()]
        case works.Dropout(rate):
            return [nn.Dropout(rate)]
        case works.Dense(units, activation):
            return [nn.LazyLinear(units), *activations[activation]]
        case works.ResNet50(classes):
            return [resnet.torch_model(nn, classes)]


def network(torch: Any, work: works.Work, sample: Any) -> Any:
    """The network of `work` with Glorot-uniform kernels and zero biases, as in Keras."""
    nn = torch.nn
    model = nn.Sequential(*(module for spec in work.layers for module in modules(nn, spec)))
    model.to(sample.device)
    with torch.no_grad():
        model(sample)  # the lazy layers take their sizes
        for name, value in model.named_parameters():
            if value.ndim > 1:
                nn.init.xavier_uniform_(value)
            elif name.endswith("bias"):
                value.zero_()
    return model
