package main

// slavic are Cyrillic letters that Russian lacks, as fold writes them, and how Serbian, Macedonian, Bulgarian, Ukrainian and
// Belarusian names have them in Latin letters.
const slavic = `
ђ d dj gj
ј j y i
љ lj l ly
њ nj n ny
ћ c ch cs
џ dz dj j
ѕ dz z
і i y j
є e ie ye je
ґ g
щ shch sht
`

// greek are Greek letters, as fold writes them, and how names have them in Latin letters (ELOT 743, and older ways).
const greek = `
α a
β v b
γ g gh y j
δ d dh
ε e
ζ z
η i e
θ th t
ι i y j
κ k c
λ l ll
μ m
ν n
ξ x ks
ο o
π p
ρ r rh
σ s ss
ς s
τ t
υ y i u
φ f ph
χ ch h kh x
ψ ps
ω o
αι ai e ae
ει ei i
οι oi i oe
ου ou u
ευ ev ef eu
αυ av af au
μπ b mp mb
ντ d nt nd
γκ g gk ng
γγ ng
γχ nch nh
τζ tz j dz
τσ ts tch
γι gi y
λλ ll l
νν nn n
σσ ss s
ρρ rr r
`
