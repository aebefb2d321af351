# Self-attention: every token looks at every token. A row of X is a token.
Q = X @ W_Q       # queries: what each token asks for
K = X @ W_K       # keys: what each token offers
V = X @ W_V       # values: what each token has to say
S = Q @ K.T       # scores: how well each query meets each key
A = softmax(S)    # shares: every row adds up to 1
Y = A @ V         # output: a mixture of the values for each token
