package ole

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Types of records (MS-PPT, 2.13.24; MS-ODRAW, 2.2).
const (
	rtDocument            = 0x03e8
	rtDocumentAtom        = 0x03e9
	rtSlide               = 0x03ee
	rtSlideAtom           = 0x03ef
	rtNotes               = 0x03f0
	rtSlidePersistAtom    = 0x03f3
	rtSlideShowInfo       = 0x03f9
	rtVBAInfoAtom         = 0x0400
	rtDrawing             = 0x040c
	rtPlaceholder         = 0x0bc3
	rtOutlineTextRef      = 0x0f9e
	rtTextHeader          = 0x0f9f
	rtTextChars           = 0x0fa0
	rtTextBytes           = 0x0fa8
	rtCString             = 0x0fba
	rtHeadersFooters      = 0x0fd9
	rtSlideListWithText   = 0x0ff0
	rtUserEdit            = 0x0ff5
	rtPersistDirectory    = 0x1772
	rtBinaryTagData       = 0x138b
	rtExternalOleObjStg   = 0x1011
	rtComment10           = 0x2ee0
	artSpgrContainer      = 0xf003
	artSpContainer        = 0xf004
	artFSPGR              = 0xf009
	artFSP                = 0xf00a
	artFOPT               = 0xf00b
	artClientTextbox      = 0xf00d
	artChildAnchor        = 0xf00f
	artClientAnchor       = 0xf010
	propertyDescription   = 0x0381 // wzDescription: the alternative text
	shapePicture          = 75
	encryptedHeader       = 0xf3d1c4df
	unitsPerPoint         = 576.0 / 72 // master units
	notesList, slidesList = 2, 0
)

// record is one record: eight bytes of header, then data (MS-PPT, 2.3.1).
type record struct {
	version, instance, kind int
	data                    []byte
}

// records cuts data into records, one by one. The rest behind a broken one is left out.
func records(b []byte) iter.Seq2[int, record] {
	return func(yield func(int, record) bool) {
		for i := 0; len(b) >= 8; i++ {
			r := record{version: u16(b, 0) & 15, instance: u16(b, 0) >> 4, kind: u16(b, 2)}
			n := min(u32(b, 4), len(b)-8)
			r.data, b = b[8:8+n], b[8+n:]
			if !yield(i, r) {
				return
			}
		}
	}
}

// container tells whether a record holds records. The data of a later version's tags do, without saying so (MS-PPT, 2.5.22).
func (r record) container() bool { return r.version == 15 || r.kind == rtBinaryTagData }

// find gives the first record of a kind among the children.
func (r record) find(kind int) (record, bool) {
	for _, k := range records(r.data) {
		if k.kind == kind {
			return k, true
		}
	}
	return record{}, false
}

// all gives the records of a kind at any depth, one by one.
func (r record) all(kind, depth int) iter.Seq[record] {
	return func(yield func(record) bool) { r.walk(kind, depth, yield) }
}

// walk yields the records of a kind at any depth, and reports whether to go on.
func (r record) walk(kind, depth int, yield func(record) bool) bool {
	if depth == 0 {
		return true
	}
	for _, k := range records(r.data) {
		if k.kind == kind && !yield(k) || k.container() && !k.walk(kind, depth-1, yield) {
			return false
		}
	}
	return true
}

// has tells whether there is a record of a kind at any depth.
func (r record) has(kind, depth int) bool {
	return !r.walk(kind, depth, func(record) bool { return false })
}

// show is an open presentation.
type show struct {
	ctx     context.Context
	stream  []byte
	persist map[int]int // offsets by persist id
	limits  content.Limits
	c       *content.Content
	blips   []int  // where pictures stand in their stream
	stored  []byte // that stream
}

// A file for PowerPoint 95 and for 97 and after holds the streams of the latter in a storage of their own.
const (
	powerPointStream = "PowerPoint Document"
	dualStorage      = "PP97_DUALSTORAGE/"
)

// powerpoint reads a presentation: from the newest edit back to the text in force (MS-PPT, 2.1.2), then slide by slide.
func (c *Compound) powerpoint(ctx context.Context, to *content.Content) error {
	storage := ""
	if c.Has(dualStorage + powerPointStream) {
		storage = dualStorage
	}
	user, err := c.Stream(storage + "Current User")
	if err != nil {
		return err
	}
	stream, err := c.Stream(storage + powerPointStream)
	if err != nil {
		return err
	}
	if u32(user, 12) == encryptedHeader {
		return fault.Reject(meeting.ReasonLocked, "encrypted")
	}
	s := &show{ctx: ctx, stream: stream, persist: map[int]int{}, limits: c.limits, c: to}
	document, err := s.edits(u32(user, 16))
	if err != nil {
		return err
	}
	doc, ok := s.at(document, rtDocument)
	if !ok {
		return content.Broken("the document's record is missing")
	}
	s.risks(doc)
	if s.stored, err = c.Stream(storage + "Pictures"); err != nil {
		return err
	}
	s.blips = blips(doc, c.limits)
	slides, notes := s.slides(doc)
	if len(slides) == 0 {
		return fault.Reject(meeting.ReasonEmpty, "the presentation has no slide")
	}
	return s.read(doc, slides, notes)
}

// risks notes the risks of a presentation.
func (s *show) risks(doc record) {
	if doc.has(rtExternalOleObjStg, 4) || s.objects() {
		s.c.Find(meeting.FindingEmbedded, "")
	}
	for vba := range doc.all(rtVBAInfoAtom, 4) {
		if u32(vba.data, 4) == 1 {
			s.c.Find(meeting.FindingMacros, "")
		}
	}
}

// slides lists the slides, with their outline texts, and the persist ids of notes by the notes' ids.
func (s *show) slides(doc record) (slides []slide, notes map[int]int) {
	notes = map[int]int{}
	for _, list := range records(doc.data) {
		if list.kind != rtSlideListWithText {
			continue
		}
		for _, r := range records(list.data) {
			switch {
			case r.kind == rtSlidePersistAtom && list.instance == notesList:
				notes[u32(r.data, 12)] = u32(r.data, 0)
			case r.kind == rtSlidePersistAtom && list.instance == slidesList && len(slides) <= s.limits.Pages: // one more is refused
				slides = append(slides, slide{show: s, persist: u32(r.data, 0)})
			case list.instance == slidesList && len(slides) > 0:
				slides[len(slides)-1].outlined(r)
			}
		}
	}
	return slides, notes
}

// outlined takes one record of a slide's outline texts.
func (s *slide) outlined(r record) {
	switch r.kind {
	case rtTextHeader:
		s.outline = append(s.outline, outline{kind: u32(r.data, 0)})
	case rtTextChars, rtTextBytes:
		if n := len(s.outline); n > 0 {
			s.outline[n-1].text = text(r)
		}
	}
}

// read adds a page for each slide. It fails if no slide can be read.
func (s *show) read(doc record, slides []slide, notes map[int]int) error {
	var width, height float64
	if atom, ok := doc.find(rtDocumentAtom); ok {
		width, height = float64(u32(atom.data, 0))/unitsPerPoint, float64(u32(atom.data, 4))/unitsPerPoint
	}
	unreadable := 0
	for i := range slides {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		page := content.Page{Number: i + 1, Width: width, Height: height}
		if !slides[i].read(&page, notes) {
			s.c.Find(meeting.FindingPageUnreadable, strconv.Itoa(i+1))
			unreadable++
		}
		if err := s.c.AddPictured(page, slides[i].pictures, s.limits); err != nil {
			return err
		}
	}
	if unreadable == len(slides) {
		return content.Broken("no slide can be read")
	}
	return nil
}

// edits follows the edits from the newest on and gives the document's persist id. A newer edit's offsets count.
func (s *show) edits(offset int) (document int, err error) {
	seen := map[int]bool{}
	for first := true; first || offset != 0; first = false {
		if err := s.ctx.Err(); err != nil {
			return 0, err
		}
		if seen[offset] {
			return 0, content.Broken("the edits run in a circle")
		}
		seen[offset] = true
		edit, ok := s.recordAt(offset, rtUserEdit)
		if !ok {
			if first {
				return 0, content.Broken("the last edit is missing")
			}
			return document, nil
		}
		if first {
			document = u32(edit.data, 16)
			if len(edit.data) >= 32 && u32(edit.data, 28) != 0 {
				return 0, fault.Reject(meeting.ReasonLocked, "encrypted")
			}
		}
		directory, ok := s.recordAt(u32(edit.data, 12), rtPersistDirectory)
		if !ok {
			return 0, content.Broken("the list of records is missing")
		}
		s.offsets(directory.data)
		offset = u32(edit.data, 8)
	}
	return document, nil
}

// offsets takes the offsets of an edit's records; those of a newer edit stay.
func (s *show) offsets(b []byte) {
	for len(b) >= 4 {
		id, n := u32(b, 0)&0xfffff, u32(b, 0)>>20
		for i := range n {
			v, ok := bytesAt(b, 4+4*i, 4)
			if !ok {
				break
			}
			if _, newer := s.persist[id+i]; !newer {
				s.persist[id+i] = u32(v, 0)
			}
		}
		b = b[min(len(b), 4+4*n):]
	}
}

func (s *show) recordAt(offset, kind int) (record, bool) {
	if offset < 0 || offset > len(s.stream)-8 {
		return record{}, false
	}
	n := u32(s.stream, offset+4)
	data, ok := bytesAt(s.stream, offset+8, n)
	if !ok || u16(s.stream, offset+2) != kind {
		return record{}, false
	}
	return record{
		version:  u16(s.stream, offset) & 15,
		instance: u16(s.stream, offset) >> 4,
		kind:     kind,
		data:     data,
	}, true
}

// at gives the record with a persist id.
func (s *show) at(id, kind int) (record, bool) {
	offset, ok := s.persist[id]
	if !ok {
		return record{}, false
	}
	return s.recordAt(offset, kind)
}

// objects tells whether a persisted record is an embedded object.
func (s *show) objects() bool {
	for id := range s.persist {
		if _, ok := s.at(id, rtExternalOleObjStg); ok {
			return true
		}
	}
	return false
}

// outline is a placeholder's text as the list of slides holds it.
type outline struct {
	kind int
	text string
}

type slide struct {
	*show
	persist int
	outline []outline
	used    map[int]bool // outline texts that a shape has shown
	alts    []string
	// pictures are those that the slide shows.
	pictures []content.Picture

	page            *content.Page
	blocks          []content.Block
	titles, footers []string
}

// read reads a slide; false when its record is broken.
func (s *slide) read(page *content.Page, notes map[int]int) bool {
	r, ok := s.at(s.persist, rtSlide)
	if !ok {
		return false
	}
	s.page = page
	if info, ok := r.find(rtSlideShowInfo); ok {
		page.Hidden = u16(info.data, 10)&4 != 0
	}
	if drawing, ok := r.find(rtDrawing); ok {
		for _, dg := range records(drawing.data) {
			s.shapes(dg, frame{sx: 1, sy: 1}, 64)
		}
	}
	for i, o := range s.outline { // what no shape points to is shown all the same
		if !s.used[i] {
			s.add(o.kind, 0, o.text, content.Box{}, false)
		}
	}
	if hf, ok := r.find(rtHeadersFooters); ok {
		for _, k := range records(hf.data) {
			if k.kind == rtCString {
				s.footers = append(s.footers, UTF16(k.data))
			}
		}
	}
	var comments []string
	for cm := range r.all(rtComment10, 8) {
		for _, k := range records(cm.data) {
			if k.kind == rtCString && k.instance == 1 {
				comments = append(comments, UTF16(k.data))
			}
		}
	}
	page.Comments = content.Tidy(strings.Join(comments, "\n"))
	page.Title, page.Footer = content.Tidy(strings.Join(s.titles, "\n")), content.Tidy(strings.Join(s.footers, "\n"))
	page.Text, page.Alt = content.Tidy(content.ReadingOrder(s.blocks)), strings.Join(s.alts, "\n")
	if atom, ok := r.find(rtSlideAtom); ok {
		if n, ok := s.at(notes[u32(atom.data, 16)], rtNotes); ok {
			page.Notes = s.notes(n)
		}
	}
	return true
}

// notes reads a notes page: its notes alone, for the other placeholders repeat the slide, the date and the number.
func (s *slide) notes(r record) string {
	var lines []string
	for sp := range r.all(artSpContainer, 64) {
		for _, box := range records(sp.data) {
			if box.kind != artClientTextbox {
				continue
			}
			header, _ := box.find(rtTextHeader)
			const notesType = 2
			if len(header.data) >= 4 && u32(header.data, 0) == notesType {
				for _, k := range records(box.data) {
					if k.kind == rtTextChars || k.kind == rtTextBytes {
						lines = append(lines, text(k))
					}
				}
			}
		}
	}
	return content.Tidy(strings.Join(lines, "\n"))
}

// frame maps a group's coordinates onto the slide.
type frame struct{ sx, sy, dx, dy float64 }

func (f frame) apply(b content.Box) content.Box {
	return content.Box{X: b.X*f.sx + f.dx, Y: b.Y*f.sy + f.dy, W: b.W * f.sx, H: b.H * f.sy}
}

// shapes walks a drawing (MS-ODRAW, 2.2.16 and 2.2.14).
func (s *slide) shapes(r record, f frame, depth int) {
	if depth == 0 {
		return
	}
	for i, k := range records(r.data) {
		switch k.kind {
		case artSpgrContainer:
			s.shapes(k, s.group(k, f), depth-1)
		case artSpContainer:
			if i > 0 || r.kind != artSpgrContainer { // a group's first shape is the group itself
				s.shape(k, f)
			}
		}
	}
}

// group is the frame for a group's children: its own place over its own coordinates.
func (s *slide) group(r record, f frame) frame {
	self, ok := r.find(artSpContainer)
	if !ok {
		return f
	}
	inner, ok := self.find(artFSPGR)
	outer, placed := place(self, f)
	if !ok || !placed {
		return f // the slide's own group has no place
	}
	x, y := float64(int32(u32(inner.data, 0))), float64(int32(u32(inner.data, 4)))
	w, h := float64(int32(u32(inner.data, 8)))-x, float64(int32(u32(inner.data, 12)))-y
	if w == 0 || h == 0 {
		return f
	}
	sx, sy := outer.W/w, outer.H/h
	return frame{sx, sy, outer.X - x*sx, outer.Y - y*sy}
}

// place reads a shape's anchor: on the slide (MS-PPT, 2.12.8), or within its group (MS-ODRAW, 2.2.39).
func place(sp record, f frame) (content.Box, bool) {
	if a, ok := sp.find(artClientAnchor); ok {
		var top, left, right, bottom float64
		switch {
		case len(a.data) >= 16:
			top, left, right, bottom = float64(
				int32(u32(a.data, 0)),
			), float64(
				int32(u32(a.data, 4)),
			), float64(
				int32(u32(a.data, 8)),
			), float64(
				int32(u32(a.data, 12)),
			)
		case len(a.data) >= 8:
			top, left, right, bottom = float64(
				int16(u16(a.data, 0)),
			), float64(
				int16(u16(a.data, 2)),
			), float64(
				int16(u16(a.data, 4)),
			), float64(
				int16(u16(a.data, 6)),
			)
		default:
			return content.Box{}, false
		}
		return content.Box{X: left, Y: top, W: right - left, H: bottom - top}, true
	}
	if a, ok := sp.find(artChildAnchor); ok && len(a.data) >= 16 {
		x, y := float64(int32(u32(a.data, 0))), float64(int32(u32(a.data, 4)))
		return f.apply(
			content.Box{X: x, Y: y, W: float64(int32(u32(a.data, 8))) - x, H: float64(int32(u32(a.data, 12))) - y},
		), true
	}
	return content.Box{}, false
}

func (s *slide) shape(sp record, f frame) {
	at, placed := place(sp, f)
	alt := ""
	if fopt, ok := sp.find(artFOPT); ok {
		alt = content.Tidy(description(fopt))
		s.picture(fopt, at, placed)
	}
	if alt != "" {
		s.alts = append(s.alts, alt)
	}
	if fsp, ok := sp.find(artFSP); ok && fsp.instance == shapePicture {
		s.c.Metadata.Pictures++
		if alt == "" {
			s.c.Metadata.PicturesWithoutAlt++
		}
	}
	placeholder := 0
	for p := range sp.all(rtPlaceholder, 2) {
		if len(p.data) > 4 {
			placeholder = int(p.data[4])
		}
	}
	box, ok := sp.find(artClientTextbox)
	if !ok {
		return
	}
	kind := 4 // other
	for _, k := range records(box.data) {
		switch k.kind {
		case rtTextHeader:
			kind = u32(k.data, 0)
		case rtTextChars, rtTextBytes:
			s.add(kind, placeholder, text(k), at, placed)
		case rtOutlineTextRef:
			if i := u32(k.data, 0); i < len(s.outline) && !s.used[i] {
				if s.used == nil {
					s.used = map[int]bool{}
				}
				s.used[i] = true
				s.add(s.outline[i].kind, placeholder, s.outline[i].text, at, placed)
			}
		}
	}
}

// add sorts a text by its type (MS-PPT, 2.13.33) and its placeholder (2.13.21).
func (s *slide) add(kind, placeholder int, t string, at content.Box, placed bool) {
	if strings.TrimSpace(t) == "" {
		return
	}
	switch {
	case kind == 0 || kind == 6: // title, centred title
		s.titles = append(s.titles, t)
	case placeholder >= 7 && placeholder <= 10: // date, slide number, footer, header
		s.footers = append(s.footers, t)
	default:
		s.blocks = append(s.blocks, content.Block{Text: t, Box: at, Placed: placed})
	}
}

// text decodes a text atom: UTF-16, or the low bytes of it (MS-PPT, 2.9.42 and 2.9.43). An asterisk alone stands for a
// field, such as the slide's number.
func text(r record) string {
	var s string
	if r.kind == rtTextChars {
		s = UTF16(r.data)
	} else {
		var b strings.Builder
		for _, c := range r.data {
			b.WriteRune(rune(c))
		}
		s = b.String()
	}
	if strings.TrimSpace(s) == "*" {
		return ""
	}
	return s
}

// description finds the alternative text among a shape's properties (MS-ODRAW, 2.3.4.21): six bytes each, and behind
// them the long values in the same order.
func description(fopt record) string {
	n := min(fopt.instance, len(fopt.data)/6)
	long := 6 * n
	for i := range n {
		id, size := u16(fopt.data, 6*i), u32(fopt.data, 6*i+2)
		if id&0x8000 == 0 {
			continue
		}
		value, ok := bytesAt(fopt.data, long, size)
		if !ok {
			return ""
		}
		if id&0x3fff == propertyDescription {
			return strings.TrimRight(UTF16(value), "\x00")
		}
		long += size
	}
	return ""
}
