"""Public exercises that others worked by hand: what pp makes of them agrees with their values, each in one command.

They come from the sheets of AI by Hand, from course notes and from questions that people ask; the values were worked
out again by other means.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
from reader import false_lines
from test_cli import pp, worked


class Exercise(NamedTuple):
    """What is typed, and what the values with these names come to."""

    name: str
    arguments: list[str]
    values: dict[str, str]


EXERCISES = [
    Exercise(
        "T-softmax",
        ["solve", "p=softmax(x)", "x=1 0 -1 3"],
        {"p": "[0.112457213671 0.041370696921 0.0152194288642 0.830952660544]"},
    ),
    Exercise(
        "T-softmax3",
        ["solve", "e=exp(x*log(3)); p=e/sum(e)", "x=1 0 1 5"],
        {"p": "[0.012 0.004 0.012 0.972]"},
    ),
    Exercise(
        "T-temp",
        ["solve", "Y=softmax(Z/T)", "Z=2.5 1 5.2 3.1 2.15", "T=2"],
        {"Y": "[0.132994500376 0.0628221536761 0.513016381192 0.179523797692 0.111643167064]"},
    ),
    Exercise(
        "T-leaky",
        ["solve", "y=leaky_relu(x,slope=0.1)", "x=3 0 -1 -8"],
        {"y": "[3 0 -0.1 -0.8]"},
    ),
    Exercise(
        "T-backprop",
        [
            "solve",
            "A1=relu(W1@X+b1);A2=relu(W2@A1+b2);Z3=W3@A2+b3;P=softmax(Z3,axis=0);L=-sum(Y*log(P))",
            "X=2 -1;1 1;2 1;1 2",
            "W1=1 0 -1 1;0 1 1 0;1 -1 0 0",
            "b1=1;1;0",
            "W2=0 -1 2;-1 1 0;0 1 1;-1 0 0",
            "b2=1;2;1;3",
            "W3=0 -1 -1 2;-1 0 0 0;-1 0 1 0",
            "b3=5;2;-4",
            "Y=0 0;0 1;1 0",
            "--grad",
            "W1,b1,W2,b2,W3,b3",
        ],
        {
            "P": "[0.0033576616265 0.244728471055; 0.498321169187 0.665240955775; 0.498321169187 0.0900305731704]",
            "dW3": (
                "[0 0.992344530725 0.999059853978 0.492814603736;"
                " 0 0.654248499846 1.65089083822 -0.171196919264;"
                " 0 -1.64659303057 -2.6499506922 -0.321617684472]"
            ),
            "dW2": (
                "[0 0 0; -0.251443794308 -0.74761605967 -0.0033576616265;"
                " -1.16477088276 -2.48423966341 -0.50503649244;"
                " 0.502887588616 1.49523211934 0.00671532325301]"
            ),
            "dW1": (
                "[0.238013147802 -0.248086132681 -0.251443794308 -0.492814603736;"
                " -0.617361939193 -0.907820523005 -1.41621467707 -1.30724689194;"
                " -1.01007298488 -0.50503649244 -1.01007298488 -0.50503649244]"
            ),
            "db1": "[-0.248086132681 -0.907820523005 -0.50503649244]",
            "db2": "[0 -0.248086132681 -0.659734390324 0.496172265363]",
        },
    ),
    Exercise(
        "T-mlp",
        [
            "solve",
            "A1=relu(W1@X+b1);A2=relu(W2@A1+b2);A3=relu(W3@A2+b3);Y=sigmoid(W4@A3+b4)",
            "X=2 -1;1 1;2 1;1 2",
            "W1=1 0 -1 1;0 1 1 0;1 -1 0 0",
            "b1=1;1;0",
            "W2=0 1 2;-1 0 2;0 1 1;-1 0 -3",
            "b2=1;2;1;10",
            "W3=0 1 -1 1;-1 0 1 0;0 1 1 0",
            "b3=-2;1;0",
            "W4=1 1 0",
            "b4=-2",
        ],
        {"Y": "[0.119202922022 0.952574126822]"},
    ),
    Exercise(
        "T-resnet",
        [
            "solve",
            "A1=relu(W1@X+b1);A2=relu(X+W2@A1+b2);Y=sigmoid(W3@A2+b3)",
            "X=2 -1;1 1;2 1;1 2",
            "W1=1 0 -1 1;0 1 1 0;1 -1 0 0",
            "b1=1;1;0",
            "W2=0 1 2;-1 0 2;0 1 1;-1 0 -3",
            "b2=1;1;1;0",
            "W3=1 1 1 0",
            "b3=-2",
        ],
        {"A2": "[9 3; 2 1; 8 5; 0 1]", "Y": "[0.999999958601 0.999088948806]"},
    ),
    Exercise(
        "T-transformer",
        [
            "solve",
            "Z=X@A;F=relu(W1@Z+b1);Y=relu(W2@F+b2)",
            "X=0 1 0 1 1;1 0 1 2 -1;1 1 1 3 2;-1 1 0 0 1",
            "A=1 1 0 1 0;1 0 1 1 0;0 0 1 1 0;0 1 0 0 1;0 1 1 0 1",
            "W1=1 1 1 1;0 0 2 1;1 -1 1 1",
            "b1=3;4;-1",
            "W2=1 2 1;-1 0 0;1 1 1;0 0 -1",
            "b2=-1;7;2;-1",
        ],
        {
            "Z": "[1 2 2 1 2; 1 2 0 2 1; 2 6 4 3 5; 0 0 2 0 1]",
            "Y": "[23 49 45 29 47; 0 0 0 0 0; 18 36 34 22 35; 0 0 0 0 0]",
        },
    ),
    Exercise(
        "S-rnn",
        [
            "solve",
            "h1=relu(A@h0+x1*B);y1=C@h1;h2=relu(A@h1+x2*B);y2=C@h2;h3=relu(A@h2+x3*B);y3=C@h3;"
            "h4=relu(A@h3+x4*B);y4=C@h4",
            "h0=0 0",
            "A=1 -1;1 1",
            "B=1 2",
            "C=-1 1",
            "x1=3",
            "x2=4",
            "x3=5",
            "x4=6",
        ],
        {"y1": "3", "y2": "16", "y3": "28", "y4": "40"},
    ),
    Exercise(
        "T-lstm",
        [
            "solve",
            "V1=concat(X1,H0,axis=0);F1=sigmoid(Wf@V1+bf);G1=tanh(Wc@V1+bc);I1=sigmoid(Wi@V1+bi);"
            "O1=sigmoid(Wo@V1+bo);C1=F1*C0+I1*G1;H1=O1*tanh(C1);V2=concat(X2,H1,axis=0);"
            "F2=sigmoid(Wf@V2+bf);G2=tanh(Wc@V2+bc);I2=sigmoid(Wi@V2+bi);O2=sigmoid(Wo@V2+bo);"
            "C2=F2*C1+I2*G2;H2=O2*tanh(C2)",
            "X1=1;2;1",
            "X2=2;1;0",
            "H0=0;0",
            "C0=0;0",
            "Wf=0 -1 0 0 -2;-2 0 -2 -2 0",
            "bf=0;0",
            "Wc=0 1 0 0 -1;-1 0 -1 -4 0",
            "bc=0;1",
            "Wi=2 0 3 1 0;0 1 0 0 2",
            "bi=1;0",
            "Wo=1 1 0 4 1;0 0 -1 -1 -2",
            "bo=0;4",
        ],
        {
            "C1": "[0.961643903158; -0.670809907171]",
            "H1": "[0.709676523252; -0.557743950054]",
            "C2": "[1.42058765997; -0.473682407094]",
            "H2": "[0.885217878701; -0.435849755737]",
        },
    ),
    Exercise(
        "T-selfatt",
        [
            "solve",
            "Q=Wq@X;K=Wk@X;V=Wv@X;S=K.T@Q/sqrt(3);A=softmax(S,axis=0);Z=V@A",
            "X=2 0 0 2;0 1 0 0;0 2 1 0;0 0 1 1;2 0 0 0;1 0 1 1",
            "Wq=1 1 0 0 0 0;0 1 0 1 0 0;0 0 1 0 1 1",
            "Wk=0 0 1 0 0 0;0 1 0 0 0 0;1 0 0 0 0 -1",
            "Wv=10 0 0 0 0 0;0 0 0 10 0 0;0 10 0 0 0 0",
        ],
        {
            "A": (
                "[0.257689925196 0.252637958374 0.375840289668 0.0765205045823;"
                " 0.459026200897 0.450027070894 0.210990692777 0.770438486253;"
                " 0.0255939487105 0.0446970123572 0.0373287278879 0.0765205045823;"
                " 0.257689925196 0.252637958374 0.375840289668 0.0765205045823]"
            ),
            "Z": (
                "[10.3075970078 10.105518335 15.0336115867 3.06082018329;"
                " 2.83283873907 2.97334970731 4.13169017555 1.53041009165;"
                " 4.59026200897 4.50027070894 2.10990692777 7.70438486253]"
            ),
        },
    ),
    Exercise(
        "S-autoenc",
        [
            "solve",
            "H1=relu(X@W1.T+b1);H2=relu(H1@W2.T+b2);H3=relu(H2@W3.T+b3);Y=H3@W4.T+b4;L=sse(Y,X)",
            "X=1 2 3 1;1 1 2 1;2 2 4 2;1 0 1 1",
            "W1=1 0 0 1;0 1 1 0;-1 0 1 0",
            "W2=1 0 1;-1 1 0",
            "W3=1 0;0 1;1 -1",
            "W4=1 0 -1;1 -1 0;0 0 1;0 1 1",
            "b1=0 0 -1",
            "b2=0 0",
            "b3=0 1 0",
            "b4=0 0 1 -3",
            "--grad",
            "Y",
        ],
        {"Y": "[3 -1 1 1; 1 0 2 0; 2 2 4 3; 0 1 3 0]", "dY": "[4 -6 -4 0; 0 -2 0 -2; 0 0 0 2; -2 2 4 -2]"},
    ),
    Exercise(
        "S-moe",
        [
            "solve",
            "G=softmax(X@Wg.T);k=argmax(G);Y1=relu(E2@x1);Y2=relu(E1@x2)",
            "X=2 1 3;3 1 2",
            "Wg=1 1 0;0 1 1",
            "E1=1 0 1;1 1 0;0 0 1;-1 0 1",
            "E2=0 1 1;1 1 0;1 -1 0;1 0 1",
            "x1=2 1 3",
            "x2=3 1 2",
        ],
        {"G": "[0.26894142137 0.73105857863; 0.73105857863 0.26894142137]", "Y1": "[4 3 1 5]", "Y2": "[5 4 2 0]"},
    ),
    Exercise(
        "T-mamba",
        [
            "solve",
            "s=ws@x;d=softplus(p+s);Ab=exp(d*a);Bb=(Ab-1)/(d*a)*d*B;h=Bb*x[1]",
            "ws=0.1 -0.1 0.2 0",
            "x=3 2 1 4",
            "p=0.1",
            "a=1 -1",
            "B=1 3",
        ],
        {"Ab": "[2.49182469764 0.401312339888]", "h": "[4.47547409292 5.38818894101]"},
    ),
    Exercise(
        "S-rlhf",
        [
            "solve",
            "rw=o@mean(relu(W@EW),axis=1)-1;rl=o@mean(relu(W@EL),axis=1)-1;p=sigmoid(2*(rw-rl))",
            "W=1 0 1;0 1 0;1 0 -1;1 1 0",
            "o=3 3 3 -3",
            "EW=1 1 1;1 1 0;0 1 0",
            "EL=1 1 0;1 1 1;0 1 0",
        ],
        {"rw": "2", "rl": "1", "p": "0.880797077978"},
    ),
    Exercise(
        "G-rnn",
        [
            "solve",
            "h1=tanh(wx*x1+wh*h0+b);h2=tanh(wx*x2+wh*h1+b);h3=tanh(wx*x3+wh*h2+b)",
            "x1=0.7",
            "x2=0.5",
            "x3=0.2",
            "h0=0.1",
            "wx=0.9",
            "wh=0.5",
            "b=0.3",
        ],
        {"h1": "0.75306590487", "h2": "0.80982933172", "h3": "0.708872891026"},
    ),
    Exercise(
        "Q-conv",
        [
            "solve",
            "Z=conv2d(X,W);Y=sigmoid(Z);L=sum(G*Y)",
            "X=5 1 0;2 4 3;0 2 4",
            "W=2 1;1 1",
            "G=1 0;1 2",
            "--grad",
            "W,X",
        ],
        {
            "Z": "[17 9; 10 17]",
            "dW": "[9.13298073323e-05 0.000181873026561; 2.48396243283e-07 9.12884079584e-05]",
            "dX": (
                "[8.27987477608e-08 4.13993738804e-08 0;"
                " 9.08330148457e-05 4.56028046053e-05 8.27987477608e-08;"
                " 4.53958077359e-05 4.54786064837e-05 8.27987477608e-08]"
            ),
        },
    ),
    Exercise(
        "G-lstm",
        [
            "solve",
            "f1=sigmoid(0.5*x1+0.1*h0);i1=sigmoid(0.6*x1+0.2*h0);g1=tanh(0.7*x1+0.3*h0);"
            "o1=sigmoid(0.8*x1+0.4*h0);c1=f1*c0+i1*g1;h1=o1*tanh(c1);f2=sigmoid(0.5*x2+0.1*h1);"
            "i2=sigmoid(0.6*x2+0.2*h1);g2=tanh(0.7*x2+0.3*h1);o2=sigmoid(0.8*x2+0.4*h1);"
            "c2=f2*c1+i2*g2;h2=o2*tanh(c2);f3=sigmoid(0.5*x3+0.1*h2);i3=sigmoid(0.6*x3+0.2*h2);"
            "g3=tanh(0.7*x3+0.3*h2);o3=sigmoid(0.8*x3+0.4*h2);c3=f3*c2+i3*g3;h3=o3*tanh(c3);y=4*h3",
            "x1=1",
            "x2=2",
            "x3=3",
            "h0=0",
            "c0=0",
        ],
        {"y": "3.48271114251"},
    ),
    Exercise(
        "Q-rms",
        ["solve", "y=x/sqrt(mean(x^2)+e)*g", "x=1 2 3 4", "g=1 1 1 1", "e=1e-8"],
        {"y": "[0.365148371427 0.730296742853 1.09544511428 1.46059348571]"},
    ),
    Exercise(
        "W-ce-bits",
        ["solve", "h=-sum(p*log(q))/log(2)", "p=1/2 1/2", "q=3/4 1/4"],
        {"h": "1.20751874964"},
    ),
    Exercise(
        "Q-jac2",
        ["solve", "p=softmax(z);f=p[1]", "z=1 2 3", "--grad", "z"],
        {"dz": "[0.081925069065 -0.0220330445202 -0.0598920245448]"},
    ),
    Exercise(
        "I-mlpack2360",
        ["solve", "y=log_softmax(x);L=sum(y)", "x=0.1 0.9", "--grad", "x"],
        {"dx": "[0.379948962255 -0.379948962255]"},
    ),
    Exercise(
        "I-autograd62",
        ["solve", "g=1-tanh(x)^2", "x=2", "--grad", "x"],
        {"dx": "-0.136218687427"},
    ),
    Exercise(
        "I-zth52",
        ["solve", "y=exp(x)", "x=2", "--grad", "x"],
        {"dx": "7.38905609893"},
    ),
    Exercise(
        "E-gauth",
        [
            "step",
            "0.5 0.6",
            "-w",
            "0.3;-0.2",
            "-a",
            "sigmoid",
            "-w",
            "0.4",
            "-a",
            "sigmoid",
            "--target",
            "1",
            "--loss",
            "half-sse",
            "--lr",
            "0.5",
        ],
        {"W1_new": "[0.30277953 -0.19666456]", "W2_new": "0.42821856553"},
    ),
    Exercise(
        "E-kksv",
        ["forward", "1 0", "-w", "0.5 -0.4;0.3 0.2", "-b", "0.1 -0.2", "-a", "sigmoid"],
        {"A1": "[0.645656306226 0.354343693774]"},
    ),
    Exercise(
        "Q-clip",
        [
            "solve",
            "S=C/t;L=(cross_entropy(S,k)+cross_entropy(S.T,k))/2",
            "C=0.95 0.12 0.05;0.08 0.91 0.15;0.03 0.11 0.88",
            "t=0.07",
            "k=0 1 2",
            "--grad",
            "C",
        ],
        {"L": "2.06886577833e-05"},
    ),
    Exercise(
        "X-hess",
        ["solve", "p=sigmoid(X@w);g=X.T@(p-y);H=X.T@(p*(1-p)*X)", "X=1 0;1 1;1 2", "w=0;0", "y=0;0;1"],
        {"H": "[0.75 0.75; 0.75 1.25]", "g": "[0.5 -0.5]"},
    ),
    Exercise(
        "S-cosine2",
        ["solve", "c=u@v/(sqrt(u@u)*sqrt(v@v))", "u=1 2 3", "v=4 5 6", "--grad", "u"],
        {"c": "0.974631846197", "du": "[0.052212420332 0.013053105083 -0.026106210166]"},
    ),
    Exercise("sum of squared errors", ["dot", "1 2", "1 2"], {"u·v": "5"}),
    Exercise("product", ["matmul", "3 2", "2 -2; 0 0"], {"C": "[6 -6]"}),
    Exercise("sum of shares", ["solve", "y=sum(softmax(z))", "z=1 2 3", "--grad", "z"], {"dz": "[0 0 0]"}),
    Exercise(
        "autoencoder",
        [
            "solve",
            "A1=relu(W1@X+b1);A2=relu(W2@A1+b2);A3=relu(W3@A2+b3);Y=relu(W4@A3+b4);L=mse(Y,X)",
            "X=2 -1;-1 0;2 1;1 2",
            "W1=1 0 -1 1;0 1 1 0;1 -1 0 0",
            "b1=1;1;0",
            "W2=0 1 2;-1 0 -3",
            "b2=1;10",
            "W3=1 1;-1 1;1 0",
            "b3=-2;1;1",
            "W4=0 -1 0;-1 2 0;1 -1 1;-1 0 1",
            "b4=2;3;2;5",
        ],
        {"Y": "[2 0; 0 7; 19 9; 8 0]", "L": "57.125"},
    ),
    Exercise(
        "two steps of Adam",
        [
            "step",
            "1",
            "-w",
            "5",
            "--target",
            "0",
            "--loss",
            "mse",
            "--lr",
            "0.1",
            "--optimizer",
            "adam",
            "--times",
            "2",
        ],
        {"W1_new": "4.800058"},
    ),
    Exercise(
        "a gradient from above",
        [
            "solve",
            "A1=relu(W1@X+b1);A2=relu(W2@A1+b2);Z3=W3@A2+b3;L=sum(G*Z3)",
            "X=2;1;3",
            "W1=1 -1 1;1 1 0;0 1 1;1 0 1",
            "b1=-5;0;1;-2",
            "W2=1 -1 1 0;0 1 -1 1",
            "b2=0;3",
            "W3=2 0;0 2;1 1",
            "b3=-1;-5;-7",
            "G=0.5;-0.5;0",
            "--grad",
            "W1,b1,W2,W3",
        ],
        {
            "dW1": "[0 0 0; -4 -2 -6; 4 2 6; -2 -1 -3]",
            "db1": "[0; -2; 2; -1]",
            "dW2": "[0 3 5 3; 0 -3 -5 -3]",
            "dW3": "[1 2; -1 -2; 0 0]",
        },
    ),
]


def numbers(text: str) -> np.ndarray[Any, Any]:
    """A matrix, a vector or one number, as it is printed."""
    rows = [[float(number) for number in row.split()] for row in text.strip("[]").split(";")]
    return np.array(rows if ";" in text else rows[0] if "[" in text else rows[0][0])


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_a_public_exercise_comes_out_right(exercise: Exercise) -> None:
    ran = pp(*exercise.arguments, "-f", "json")
    assert ran.code == 0, ran.err
    results = json.loads(ran.out)["results"]
    for name, expected in exercise.values.items():
        found = np.vectorize(lambda n: float(Fraction(n)))(np.array(results[name]["values"], dtype=object))
        due = numbers(expected)
        digits = max(
            len(number.lstrip("-0.").replace(".", "")) for number in expected.strip("[]").replace(";", " ").split()
        )
        tolerance = 10.0 ** -min(max(digits, 6) - 1, 10)
        np.testing.assert_allclose(np.squeeze(found), np.squeeze(due), rtol=tolerance, atol=tolerance * 1e-3)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_line_of_a_public_exercise_is_true(exercise: Exercise) -> None:
    assert false_lines(worked(*exercise.arguments, "-f", "plain"), 4) == []
