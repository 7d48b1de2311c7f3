package ole

import (
	"cmp"
	"context"
	"slices"
	"sort"

	"dossier/internal/extract/content"
)

// Types of records of pictures (MS-ODRAW, 2.2.20 to 2.2.32).
const (
	artBStore     = 0xf001
	artFBSE       = 0xf007
	artFirstBlip  = 0xf018
	artLastBlip   = 0xf117
	propertyPib   = 0x0104 // the picture that a shape is
	propertyFill  = 0x0180 // how it is filled
	propertyBlip  = 0x0186 // the picture that it is filled with
	filledPicture = 3
	twipsPerPoint = 20
)

// blip gives the file of the first picture among a few records.
func blip(b []byte) ([]byte, bool) {
	const few = 3
	for i, r := range records(b) {
		if i == few {
			break
		}
		if file, ok := r.held(); ok {
			return file, true
		}
	}
	return nil, false
}

// held gives the file of a picture's record, or of the one that an entry of a list holds (MS-ODRAW, 2.2.32).
func (r record) held() ([]byte, bool) {
	const entry, nameSize = 36, 33
	if r.kind != artFBSE || len(r.data) <= entry {
		return r.file()
	}
	for _, k := range records(r.data[min(len(r.data), entry+int(r.data[nameSize])):]) {
		return k.file()
	}
	return nil, false
}

// file gives the file of a picture's record: behind one or two hashes and a byte (MS-ODRAW, 2.2.23).
func (r record) file() ([]byte, bool) {
	const hash, tag = 16, 1
	head := hash + tag + hash*(r.instance&1)
	if r.kind < artFirstBlip || r.kind > artLastBlip || len(r.data) <= head {
		return nil, false
	}
	return r.data[head:], true
}

// first gives what reads the first bytes of a picture in memory.
func first(data []byte) func(most int64) ([]byte, error) {
	return func(most int64) ([]byte, error) { return data[:min(int64(len(data)), most)], nil }
}

// property gives a short value among a shape's properties (MS-ODRAW, 2.2.9).
func property(fopt record, wanted int) (int, bool) {
	for i := range min(fopt.instance, len(fopt.data)/6) {
		if u16(fopt.data, 6*i)&0x3fff == wanted {
			return u32(fopt.data, 6*i+2), true
		}
	}
	return 0, false
}

// blips gives where the pictures of a presentation stand in their stream, by their places in the list.
func blips(doc record, limits content.Limits) []int {
	const drawingGroup, artDgg, offset = 0x040b, 0xf000, 28
	group, _ := doc.find(drawingGroup)
	art, _ := group.find(artDgg)
	store, _ := art.find(artBStore)
	var all []int
	for i, r := range records(store.data) {
		if i == limits.Entries {
			break
		}
		all = append(all, u32(r.data, offset))
	}
	return all
}

// picture notes the picture that a shape is, or is filled with.
func (s *slide) picture(fopt record, at content.Box, placed bool) {
	pib, ok := property(fopt, propertyPib)
	if fill, filled := property(fopt, propertyFill); !ok && filled && fill == filledPicture {
		pib, ok = property(fopt, propertyBlip)
	}
	if !ok || pib < 1 || pib > len(s.blips) || len(s.pictures) >= s.limits.Pages || placed && (at.W <= 0 || at.H <= 0) {
		return
	}
	stored, ok := bytesAt(s.stored, s.blips[pib-1], max(0, len(s.stored)-s.blips[pib-1]))
	if data, is := blip(stored); ok && is {
		s.pictures = append(s.pictures, content.Picture{
			Width: at.W / unitsPerPoint, Height: at.H / unitsPerPoint, Bytes: first(data),
		})
	}
}

// piece is where a piece of a document's text stands.
type piece struct{ cp, fc, count, width int }

// pictures finds the pictures of a document's text by the places of their letters: those that float beside it, and those that
// stand in it. Runs of formatting say where in the stream of data each of the latter is (MS-DOC, 2.6.1 and 2.9.190).
func (c *Compound) pictures(ctx context.Context, doc, table, clx []byte) (map[int]content.Picture, error) {
	all := map[int]content.Picture{}
	c.floating(doc, table, all)
	data, err := c.Stream("Data")
	if err != nil {
		return nil, err
	}
	bte, ok := bytesAt(table, u32(doc, 0xfa), u32(doc, 0xfe))
	if !ok || len(bte) < 4 || len(data) == 0 {
		return all, nil
	}
	places := placesOf(clx)
	n := (len(bte) - 4) / 8
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		const page, number = 512, 0x3fffff
		fkp, ok := bytesAt(doc, (u32(bte, 4*(n+1)+4*i)&number)*page, page)
		if !ok {
			continue
		}
		for fc, at := range located(fkp) {
			cp, ok := placeAt(places, fc)
			if p, is := inline(data, at); ok && is && len(all) < c.limits.Pages {
				all[cp] = p
			}
		}
	}
	return all, nil
}

// floating finds the pictures that float beside a document's text, by the places of their anchors (MS-DOC, 2.8.37 and
// 2.9.253), and adds them to those that stand in it.
func (c *Compound) floating(doc, table []byte, all map[int]content.Picture) {
	const anchor, fileOfAnchors, drawings = 26, 0x1da, 0x22a
	plc, ok := bytesAt(table, u32(doc, fileOfAnchors), u32(doc, fileOfAnchors+4))
	art, drawn := bytesAt(table, u32(doc, drawings), u32(doc, drawings+4))
	if !ok || !drawn || len(plc) < 4 {
		return
	}
	files := c.shapeFiles(doc, art)
	n := (len(plc) - 4) / (4 + anchor)
	for i := range n {
		at := plc[4*(n+1)+anchor*i:]
		file := files[u32(at, 0)]
		if file == nil || len(all) >= c.limits.Pages {
			continue
		}
		side := func(from, to int) float64 { return float64(int32(u32(at, to))-int32(u32(at, from))) / twipsPerPoint }
		all[u32(plc, 4*i)] = content.Picture{Width: side(4, 12), Height: side(8, 16), Bytes: first(file)}
	}
}

// shapeFiles gives the files of the pictures that shapes of a document are, by the shapes' numbers (MS-DOC, 2.9.172): a
// list of pictures, which stand in it or in the document's stream, then drawings, each behind a byte.
func (c *Compound) shapeFiles(doc, art []byte) map[int][]byte {
	const offset = 28
	var stored []record
	found := map[int][]byte{}
	for len(art) >= 8 {
		size := min(u32(art, 4), len(art)-8)
		top := record{version: u16(art, 0) & 15, kind: u16(art, 2), data: art[8 : 8+size]}
		art = art[8+size:]
		if len(art) > 0 {
			art = art[1:]
		}
		if store, ok := top.find(artBStore); ok {
			for i, r := range records(store.data) {
				if i == c.limits.Entries {
					break
				}
				stored = append(stored, r)
			}
		}
		for sp := range top.all(artSpContainer, 64) {
			fsp, _ := sp.find(artFSP)
			fopt, _ := sp.find(artFOPT)
			pib, ok := property(fopt, propertyPib)
			if !ok || pib < 1 || pib > len(stored) || len(found) >= c.limits.Pages {
				continue
			}
			entry := stored[pib-1]
			file, held := entry.held()
			if at := u32(entry.data, offset); !held && at < len(doc) {
				file, held = blip(doc[at:])
			}
			if held {
				found[u32(fsp.data, 0)] = file
			}
		}
	}
	return found
}

// located gives the places of pictures in a page of formatting (MS-DOC, 2.9.33): offsets into the data by offsets of
// letters.
func located(fkp []byte) map[int]int {
	const last = 511
	found := map[int]int{}
	runs := int(fkp[last])
	for i := range runs {
		at, ok := bytesAt(fkp, 4*(runs+1)+i, 1)
		if !ok {
			break
		}
		offset := 2 * int(at[0])
		if offset == 0 {
			continue
		}
		size, _ := bytesAt(fkp, offset, 1)
		if changes, ok := bytesAt(fkp, offset+1, int(size[0])); ok {
			if where, ok := location(changes); ok {
				found[u32(fkp, 4*i)] = where
			}
		}
	}
	return found
}

// location finds where a letter's picture is among its properties (MS-DOC, 2.6.1); false when it is a form's data or an
// object.
func location(changes []byte) (where int, ok bool) {
	const picture, isData, isObject = 0x6a03, 0x0806, 0x080a
	for len(changes) >= 3 {
		sprm, operand := u16(changes, 0), changes[2:]
		size := 1
		switch sprm >> 13 {
		case 2, 4, 5:
			size = 2
		case 3:
			size = 4
		case 6:
			size = 1 + int(operand[0])
		case 7:
			size = 3
		}
		switch {
		case sprm == picture:
			where, ok = u32(operand, 0), true
		case (sprm == isData || sprm == isObject) && operand[0] != 0:
			return 0, false
		}
		changes = operand[min(len(operand), size):]
	}
	return where, ok
}

// inline reads a picture in the stream of data (MS-DOC, 2.9.191): its size in twips and per mille, and the records of its
// shape and its file.
func inline(data []byte, at int) (content.Picture, bool) {
	const header, kind, named, least = 4, 6, 0x66, 0x44
	all, ok := bytesAt(data, at, u32(data, at))
	if head := u16(all, header); !ok || head < least || head > len(all) {
		return content.Picture{}, false
	}
	size := func(goal, scale int) float64 {
		return float64(u16(all, goal)) / twipsPerPoint * float64(u16(all, scale)) / 1000
	}
	rest := all[u16(all, header):]
	if u16(all, kind) == named && len(rest) > 0 {
		rest = rest[min(len(rest), 1+int(rest[0])):]
	}
	file, ok := blip(rest)
	return content.Picture{Width: size(0x1c, 0x20), Height: size(0x1e, 0x22), Inline: true, Bytes: first(file)}, ok
}

// placesOf gives the pieces of a text in the order of their bytes.
func placesOf(clx []byte) []piece {
	plc, _ := pieceTable(clx)
	n := (len(plc) - 4) / 12
	all := make([]piece, 0, max(0, n))
	for i := range n {
		from, to, fc := u32(plc, 4*i), u32(plc, 4*i+4), u32(plc, 4*(n+1)+8*i+2)
		p := piece{from, fc & 0x3fffffff, to - from, 2}
		if fc&(1<<30) != 0 {
			p.fc, p.width = p.fc/2, 1
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b piece) int { return cmp.Compare(a.fc, b.fc) })
	return all
}

// placeAt gives the place in the text of the letter at an offset.
func placeAt(pieces []piece, fc int) (int, bool) {
	i := sort.Search(len(pieces), func(i int) bool { return pieces[i].fc > fc })
	if i == 0 {
		return 0, false
	}
	p := pieces[i-1]
	if fc >= p.fc+p.count*p.width {
		return 0, false
	}
	return p.cp + (fc-p.fc)/p.width, true
}
