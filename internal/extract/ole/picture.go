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
)

// blip gives the file of the first picture among a few records. An entry of a list may hold it (MS-ODRAW, 2.2.32).
func blip(b []byte) ([]byte, bool) {
	const few, entry, nameSize = 3, 36, 33
	for i, r := range records(b) {
		if i == few {
			break
		}
		if r.kind == artFBSE && len(r.data) > entry {
			return blip(r.data[min(len(r.data), entry+int(r.data[nameSize])):])
		}
		if file, ok := r.file(); ok {
			return file, true
		}
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
func blips(doc record) []int {
	const drawingGroup, artDgg, offset = 0x040b, 0xf000, 28
	group, _ := doc.find(drawingGroup)
	art, _ := group.find(artDgg)
	store, _ := art.find(artBStore)
	var all []int
	for _, r := range records(store.data) {
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

// pictures finds the pictures that stand in a document's text like letters, by the places of the letters (MS-DOC,
// 2.6.1 and 2.9.190): runs of formatting say where in the stream of data each is.
func (c *Compound) pictures(ctx context.Context, doc, table, clx []byte) (map[int]content.Picture, error) {
	if !c.Has("Data") {
		return nil, nil
	}
	data, err := c.Stream("Data")
	if err != nil {
		return nil, err
	}
	bte, ok := bytesAt(table, u32(doc, 0xfa), u32(doc, 0xfe))
	if !ok || len(bte) < 4 {
		return nil, nil
	}
	all, places := map[int]content.Picture{}, placesOf(clx)
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
		return float64(u16(all, goal)) / 20 * float64(u16(all, scale)) / 1000
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
