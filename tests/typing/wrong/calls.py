"""Mistakes that a checker tells of before a program runs: each line names the rule."""

import numpy as np

import lurnet as keras
from lurnet import callbacks, layers, losses, metrics, ops, optimizers

model = keras.Sequential([layers.Dense(3)])
x = np.ones((8, 3))

model.fit(x, x, epocs=3)  # reportCallIssue
model.fit(x, x, epochs="3")  # reportArgumentType
model.fit(x, x, batch_size=0.5)  # reportArgumentType
model.fit(x, x, verbose="loud")  # reportArgumentType
model.fit(3)  # reportArgumentType
model.fit(x, x, callbacks=[3])  # reportArgumentType
model.evaluate(x, x, batchsize=3)  # reportCallIssue
model.predict()  # reportCallIssue
model.predict(x, steps="1")  # reportArgumentType
model.compile(optimiser="adam")  # reportCallIssue
model.compile(optimizer=3)  # reportArgumentType
model.compile("adam", loss=3)  # reportArgumentType
model.compile("adam", metrics=3)  # reportArgumentType
model.compiel("adam")  # reportAttributeAccessIssue
model.fit(x).history["loss"].last()  # reportAttributeAccessIssue
model.save()  # reportCallIssue
model.get_layer(nmae="a")  # reportCallIssue
model.summary(line_lenght=3)  # reportCallIssue

layers.Dense()  # reportCallIssue
layers.Dense(units="a")  # reportArgumentType
layers.Dense(3, actvation="relu")  # reportCallIssue
layers.Dense(3, activation=3)  # reportArgumentType
layers.Dense(3, use_bias="no")  # reportArgumentType
layers.Dense(3, name=3)  # reportArgumentType
layers.Conv2D(8, 3, padding="smae")  # reportArgumentType
layers.Conv2D(8)  # reportCallIssue
layers.Conv2D(8, "3")  # reportArgumentType
layers.Conv2D(8, 3, data_format="last")  # reportArgumentType
layers.Dnese(3)  # reportAttributeAccessIssue
layers.LSTM()  # reportCallIssue
layers.LSTM(3, return_sequence=True)  # reportCallIssue
layers.LSTM(3, dropout="0.5")  # reportArgumentType
layers.MultiHeadAttention(2)  # reportCallIssue
layers.Embedding(1000)  # reportCallIssue
layers.Dropout("0.5")  # reportArgumentType
layers.MaxPooling2D(poolsize=2)  # reportCallIssue
layers.TextVectorization(output_mode="itn")  # reportArgumentType
layers.Concatenate(axes=1)  # reportCallIssue
layers.Dense(3).kernle  # reportAttributeAccessIssue

keras.Input(shpe=(3,))  # reportCallIssue
keras.Input(3)  # reportArgumentType
keras.Modle  # reportAttributeAccessIssue
keras.layrs  # reportAttributeAccessIssue
keras.models.lode_model("a")  # reportAttributeAccessIssue
keras.models.load_model()  # reportCallIssue
keras.datasets.mnist.load()  # reportAttributeAccessIssue
keras.utils.to_categorical()  # reportCallIssue

callbacks.EarlyStopping(pateince=3)  # reportCallIssue
callbacks.EarlyStopping(patience="3")  # reportArgumentType
callbacks.EarlyStopping(mode="up")  # reportArgumentType
callbacks.ModelCheckpoint()  # reportCallIssue

optimizers.Adam(learning_rat=0.1)  # reportCallIssue
optimizers.Adam("0.1")  # reportArgumentType
optimizers.SGD(0.1, momentun=0.9)  # reportCallIssue
optimizers.Adma()  # reportAttributeAccessIssue
optimizers.schedules.ExponentialDecay(0.1)  # reportCallIssue

losses.Huber(delt=1.0)  # reportCallIssue
losses.BinaryCrossentropy(from_logit=True)  # reportCallIssue
losses.MeanSquaredError(reduction="avg")  # reportArgumentType
losses.mean_squared_error(x)  # reportCallIssue
metrics.AUC(curve="RCO")  # reportArgumentType
metrics.Accuracy(nmae="a")  # reportCallIssue

ops.sum(x, axes=0)  # reportCallIssue
ops.sum(x, axis="0")  # reportArgumentType
ops.mtmul(x, x)  # reportAttributeAccessIssue
ops.reshape(x)  # reportCallIssue
ops.softmax(x, axis=0.5)  # reportArgumentType
keras.initializers.HeNormal(sede=1)  # reportCallIssue
keras.regularizers.L2(l3=1.0)  # reportCallIssue
keras.constraints.MaxNorm(max_valeu=1)  # reportCallIssue
keras.random.normal()  # reportCallIssue
