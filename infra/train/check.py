"""Reads a file of weights as internal/encoder does, and writes what it says of a few papers: the sample that the Go tests compare with.

    check.py WEIGHTS PAPERS OUT

PAPERS is a list of JSON objects with meeting, file, subject, sender, text and people (a list of lists of spans in bytes of the text).
"""
import json, struct, sys

import numpy as np

import train


def read(path):
    data = open(path, "rb").read(); at = 8
    assert data[:8] == b"DOSSENC1"
    count, layers, marked, width, inner, places = struct.unpack_from("<6I", data, at); at += 24
    names, scores = [], []
    for _ in range(count):
        n, score = struct.unpack_from("<Bf", data, at); at += 5
        names.append(data[at:at + n].decode()); scores.append(score); at += n

    def floats(*shape):
        nonlocal at
        n = int(np.prod(shape)); a = np.frombuffer(data, "<f4", n, at).reshape(shape).astype(np.float64); at += 4 * n
        return a

    def matrix(rows, columns):
        nonlocal at
        s = floats(rows, 1); q = np.frombuffer(data, np.int8, rows * columns, at).reshape(rows, columns); at += rows * columns
        return s * q
    m = dict(words=matrix(count + 3, width), places=matrix(places, width), norm=(floats(width), floats(width)), layers=[], marked=marked)
    for _ in range(layers):
        l = {}
        for k, a, b in (("q", width, width), ("k", width, width), ("v", width, width), ("ao", width, width), ("fi", inner, width), ("fo", width, inner)):
            l[k] = matrix(a, b), floats(a)
        l["after"], l["last"] = (floats(width), floats(width)), (floats(width), floats(width))
        m["layers"].append(l)
    m["mark"] = floats(width); n = len(train.ACTS)
    m["heads"] = [(floats(k, 2 * width), floats(k)) for k in (n, 1, 1)]
    assert at == len(data)
    p = train.Pieces.__new__(train.Pieces)
    p.pieces, p.scores, p.at = names, np.array(scores, np.float32), {x: i for i, x in enumerate(names)}
    p.longest, p.least, p.cache = max(map(len, names)), float(min(scores)) - 10, {}
    return m, p


def norm(x, w):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12) * w[0] + w[1]


def say(m, p, x):
    ids, who, begin = train.encode(x, p)
    v = norm(m["words"][ids] + m["places"][:len(ids)], m["norm"]); n = len(ids)
    for i, l in enumerate(m["layers"]):
        if i == m["marked"]:
            v = v + np.array([bool(w) for w in who])[:, None] * m["mark"]
        q, k, u = ((v @ l[c][0].T + l[c][1]).reshape(n, 12, 32).transpose(1, 0, 2) for c in "qkv")
        s = q @ k.transpose(0, 2, 1) / 32 ** 0.5; s = np.exp(s - s.max(-1, keepdims=True)); s /= s.sum(-1, keepdims=True)
        v = norm(v + (s @ u).transpose(1, 0, 2).reshape(n, -1) @ l["ao"][0].T + l["ao"][1], l["after"])
        f = v @ l["fi"][0].T + l["fi"][1]; f = f / 2 * (1 + np.tanh(0.7978845608028654 * (f + 0.044715 * f ** 3)))
        v = norm(v + f @ l["fo"][0].T + l["fo"][1], l["last"])
    mean = v[begin:n - 1].mean(0); sigmoid = lambda z: 1 / (1 + np.exp(-z))
    paper = np.concatenate([mean, v[0]]); (aw, ab), (nw, nb), (pw, pb) = m["heads"]
    z = aw @ paper + ab; z = np.exp(z - z.max()); people = []
    for i in range(len(x["people"])):
        mine = [j for j, w in enumerate(who) if i in w]
        people.append(float(sigmoid(pw @ np.concatenate([v[mine].mean(0), mean]) + pb)[0]) if mine else 0.0)
    return dict(x, ids=[int(i) for i in ids], first=[float(f) for f in v[0][:16]], acts=[float(a) for a in z / z.sum()], nominates=float(sigmoid(nw @ paper + nb)[0]), chances=people)


def main():
    m, p = read(sys.argv[1]); out = []
    for x in json.load(open(sys.argv[2], encoding="utf-8")):
        given = x["people"]; x["people"] = [{"spans": s} for s in given]
        y = say(m, p, x); y["people"] = given; out.append(y)
    json.dump(out, open(sys.argv[3], "w", encoding="utf-8"), ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
