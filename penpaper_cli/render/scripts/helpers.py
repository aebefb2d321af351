"""The short functions that scripts bring along where they use them, by library."""

NUMPY = {
    "leaky_relu": """
def leaky_relu(z, slope):
    return np.where(z > 0, z, slope * z)
""",
    "normal_share": """
def normal_share(x):
    return np.vectorize(lambda a: math.erfc(-a / math.sqrt(2)) / 2, otypes=[float])(x)
""",
    "normal_height": """
def normal_height(x):
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
""",
    "softmax": """
def softmax(z, axis=-1):
    powers = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)
""",
    "log_softmax": """
def log_softmax(z, axis=-1):
    z = z - np.max(z, axis=axis, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
""",
    "first": """
def first(argmax, a, axis=None):
    marks = np.zeros_like(a)
    if axis is None:
        marks.flat[argmax(a)] = 1
    else:
        np.put_along_axis(marks, np.expand_dims(argmax(a, axis=axis), axis), 1, axis)
    return marks
""",
    "huber": """
def huber(p, t, delta):
    size = np.abs(p - t)
    return np.mean(np.where(size <= delta, size**2 / 2, delta * (size - delta / 2)))
""",
    "safe_log": """
def safe_log(p):
    return np.log(np.where(p > 0, p, 1))  # where p is 0, it counts 0 times
""",
    "hinge": """
def hinge(z, classes, delta=1):
    rows = np.arange(len(z))
    within = np.maximum(z - z[rows, classes][:, None] + delta, 0)
    within[rows, classes] = 0
    return np.sum(within) / len(z)
""",
    "violations": """
def violations(z, classes, delta=1):
    rows = np.arange(len(z))
    marks = np.heaviside(z - z[rows, classes][:, None] + delta, 0)
    marks[rows, classes] = 0
    marks[rows, classes] = -np.sum(marks, axis=1)
    return marks
""",
    "placed": """
def placed(number, place, shape):
    result = np.zeros(shape)
    result[place] = number
    return result
""",
    "scatter": """
def scatter(numbers, places, shape):
    result = np.zeros(shape)
    np.add.at(result.reshape(-1), places, numbers)
    return result
""",
    "conv2d": """
def conv2d(x, k, stride=1, padding=0):
    x = np.pad(x, [(0, 0), (padding, padding), (padding, padding)])
    view = np.lib.stride_tricks.sliding_window_view(x, k.shape[2:], axis=(1, 2))
    return np.einsum("chwij,fcij->fhw", view[:, ::stride, ::stride], k)
""",
    "conv2d_back_input": """
def conv2d_back_input(g, k, shape, stride, padding):
    _, height, width = shape
    x = np.zeros((shape[0], height + 2 * padding, width + 2 * padding))
    for i, j in np.ndindex(k.shape[2:]):
        rows = slice(i, i + stride * g.shape[1], stride)
        columns = slice(j, j + stride * g.shape[2], stride)
        x[:, rows, columns] += np.einsum("fhw,fc->chw", g, k[:, :, i, j])
    return x[:, padding : padding + height, padding : padding + width]
""",
    "conv2d_back_kernel": """
def conv2d_back_kernel(x, g, shape, stride, padding):
    x = np.pad(x, [(0, 0), (padding, padding), (padding, padding)])
    k = np.zeros(shape)
    for i, j in np.ndindex(shape[2:]):
        rows = slice(i, i + stride * g.shape[1], stride)
        columns = slice(j, j + stride * g.shape[2], stride)
        k[:, :, i, j] = np.einsum("fhw,chw->fc", g, x[:, rows, columns])
    return k
""",
    "windows": """
def windows(x, size, stride):
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(-2, -1))
    return view[..., ::stride, ::stride, :, :]
""",
    "avgpool_back": """
def avgpool_back(g, shape, size, stride):
    x = np.zeros(shape)
    for i, j in np.ndindex(g.shape[-2:]):
        rows = slice(i * stride, i * stride + size)
        columns = slice(j * stride, j * stride + size)
        x[..., rows, columns] += g[..., i, j, None, None] / size**2
    return x
""",
}

PYTORCH = {
    "safe_log": """
def safe_log(p):
    return torch.log(torch.where(p > 0, p, 1))  # where p is 0, it counts 0 times
""",
    "maximum": """
def maximum(a, b):
    return torch.where(b > a, b, a)  # of equal ones, the gradient goes to the first
""",
    "minimum": """
def minimum(a, b):
    return torch.where(b < a, b, a)  # of equal ones, the gradient goes to the first
""",
}

TENSORFLOW = {
    "leaky_relu": """
def leaky_relu(z, slope):
    return tf.where(z > 0, z, slope * z)
""",
    "safe_log": """
def safe_log(p):
    return tf.math.log(tf.where(p > 0, p, tf.ones_like(p)))  # 0 counts 0 times
""",
    "causal_softmax": """
def causal_softmax(z, rows, columns):
    seen = tf.linalg.band_part(tf.ones((rows, columns), dtype=tf.bool), -1, 0)
    return tf.nn.softmax(tf.where(seen, z, tf.constant(-math.inf, dtype=tf.float64)))
""",
    "first": """
def first(argmax, a, axis=None):
    if axis is None:
        a, axis = tf.reshape(a, [-1]), 0
    place = tf.one_hot(argmax(a, axis=axis), a.shape[axis], axis=axis, dtype=tf.float64)
    return tf.reduce_sum(a * place, axis=axis)
""",
    "huber": """
def huber(p, t, delta):
    size = tf.abs(p - t)
    near = tf.minimum(size, delta)
    return tf.reduce_mean(near * (size - near / 2))
""",
    "hinge": """
def hinge(z, classes, delta=1):
    true = tf.one_hot(classes, z.shape[1], dtype=tf.float64)
    score = tf.reduce_sum(z * true, axis=1, keepdims=True)
    return tf.reduce_sum(tf.nn.relu(z - score + delta * (1 - true))) / z.shape[0]
""",
    "conv2d": """
def conv2d(x, k, stride, padding):
    around = [[0, 0], [padding, padding], [padding, padding], [0, 0]]
    x, k = tf.transpose(x[None], [0, 2, 3, 1]), tf.transpose(k, [2, 3, 1, 0])
    return tf.transpose(tf.nn.conv2d(x, k, stride, around)[0], [2, 0, 1])
""",
    "windows": """
def windows(x, size, stride):
    rows = range(0, x.shape[1] - size + 1, stride)
    columns = range(0, x.shape[2] - size + 1, stride)
    found = [x[:, i : i + size, j : j + size] for i in rows for j in columns]
    return tf.reshape(tf.stack(found, axis=1), [-1, len(rows), len(columns), size**2])
""",
    "layernorm": """
def layernorm(x, axis, eps):
    mean, variance = tf.nn.moments(x, [axis], keepdims=True)
    return (x - mean) / tf.sqrt(variance + eps)
""",
}
