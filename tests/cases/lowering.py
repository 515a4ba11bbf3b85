"""Convolutions, transposed convolutions and poolings to compare with XLA's own or with Keras."""

SAMPLED = [  # sizes, window, strides, dilation, padding
    ((9,), (3,), (1,), (1,), "valid"),
    ((8,), (4,), (3,), (1,), "same"),
    ((7,), (2,), (1,), (3,), ((3, 0),)),
    ((8, 7), (3, 3), (1, 1), (1, 1), "valid"),
    ((8, 7), (3, 2), (1, 1), (1, 1), "same"),
    ((9, 6), (3, 4), (2, 3), (1, 1), "same"),
    ((9, 6), (5, 2), (2, 2), (1, 1), "valid"),
    ((6, 6), (2, 2), (3, 3), (1, 1), "valid"),
    ((7, 8), (3, 2), (1, 1), (2, 3), "same"),
    ((9, 9), (3, 3), (2, 2), (2, 1), "valid"),
    ((5, 7), (1, 1), (1, 1), (1, 1), "same"),
    ((5, 7), (1, 1), (2, 3), (1, 1), "same"),
    ((6, 7), (3, 3), (2, 1), (1, 1), ((2, 1), (-1, 0))),
    ((4, 5, 3), (2, 3, 2), (1, 1, 1), (1, 1, 1), "same"),
    ((4, 5, 5), (2, 2, 3), (2, 1, 2), (1, 1, 1), "valid"),
]

CONVOLUTIONS = [  # batch, channels, filters, groups, data_format, then as above
    *[(2, 3, 5, 1, "channels_last", *case) for case in SAMPLED],
    *[(1, 1, 6, 1, "channels_last", *case) for case in SAMPLED[3:5]],
    *[(2, 4, 1, 1, "channels_last", *case) for case in SAMPLED[4:6]],
    *[(2, 3, 5, 1, "channels_first", *case) for case in (SAMPLED[5], SAMPLED[13])],
    *[(2, 4, 6, 2, "channels_last", *case) for case in (SAMPLED[0], SAMPLED[5], SAMPLED[8])],
    *[(2, 12, 6, 6, "channels_last", *case) for case in SAMPLED[4:6]],
    *[(2, 3, 6, 3, "channels_last", *case) for case in (SAMPLED[5], SAMPLED[8])],
]

TRANSPOSED = [  # sizes, window, strides, dilation, padding, output_padding
    ((5,), (3,), (1,), (1,), "valid", None),
    ((5,), (2,), (3,), (1,), "valid", None),
    ((4,), (3,), (2,), (1,), "same", (1,)),
    ((4, 3), (3, 3), (2, 2), (1, 1), "same", None),
    ((4, 3), (3, 2), (2, 3), (1, 1), "valid", (0, 1)),
    ((4, 3), (2, 3), (1, 1), (2, 1), "same", None),
    ((3, 4), (1, 1), (2, 2), (1, 1), "valid", None),
    ((2, 3, 2), (2, 3, 2), (2, 1, 2), (1, 1, 1), "same", None),
]

POOLINGS = [  # sizes, window, strides, padding
    ((9,), (2,), (2,), "valid"),
    ((8,), (3,), (2,), "same"),
    ((7, 6), (2, 2), (2, 2), "valid"),
    ((7, 5), (2, 2), (2, 2), "same"),
    ((8, 7), (3, 3), (2, 2), "same"),
    ((8, 7), (3, 2), (1, 1), "valid"),
    ((9, 7), (2, 2), (3, 3), "valid"),
    ((14, 15), (7, 7), (7, 7), "valid"),
    ((4, 5, 6), (2, 2, 2), (2, 2, 2), "same"),
]

PRODUCTS = [((5, 7), 3), ((50, 90), 10), ((2, 30, 80), 20), ((4,), 3), ((0, 4), 3)]
