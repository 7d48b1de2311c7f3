package pdf

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"

	"dossier/internal/extract/content"
)

// errUnreadable is wrapped when a page is broken and the others may yet be read.
var errUnreadable = errors.New("the page cannot be read")

// page reads one page.
func page(
	ctx context.Context,
	p pdfium.Pdfium,
	doc references.FPDF_DOCUMENT,
	index int,
	out *readPage,
	scanner Scanner,
) error {
	loaded, err := p.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return fmt.Errorf("%w: load: %w", errUnreadable, err)
	}
	ref := requests.Page{ByReference: &loaded.Page}
	defer func() { _, _ = p.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page}) }()
	if s, err := p.GetPageSize(&requests.GetPageSize{Page: ref}); err == nil {
		out.Width, out.Height = s.Width, s.Height
	}
	form, values := annotations(p, doc, ref, out)
	if form {
		// The text filled into a form stands in annotations; flattened, it stands where it is seen.
		if r, err := p.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: ref, Usage: requests.FPDFPage_FlattenUsageNormalDisplay}); err == nil && r != nil {
			again, err := p.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
			if err != nil {
				return fmt.Errorf("%w: load: %w", errUnreadable, err)
			}
			defer func() { _, _ = p.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: again.Page}) }()
			ref = requests.Page{ByReference: &again.Page}
		}
	}
	found, unmapped, err := text(p, ref)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnreadable, err)
	}
	out.Text = withValues(found, values)
	// A page whose letters are glyphs without a known meaning is read as a picture too.
	if n := content.Characters(out.Text); unmapped <= n && (n > content.Few || !pictured(p, ref)) {
		return nil
	}
	if !scanner.Ready() {
		scanner.Skip()
		return nil
	}
	return render(ctx, p, ref, &out.Page, scanner)
}

// withValues adds the values of fields that a program filled in and left to the reader to draw. Those that stand at the
// beginning of the text are not repeated.
func withValues(text string, values []string) string {
	const beginning = 1 << 20
	lines := append([]string{text}, missing(values, text[:min(len(text), beginning)])...)
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// longValue is how many bytes a value has that hardly any field has room for.
const longValue = 2000

// missing gives the values that a text does not show, each once. How they are broken into lines and words does not
// matter, for a field breaks them as it has room. Of a long value the beginning suffices.
func missing(values []string, text string) []string {
	if len(values) == 0 {
		return nil
	}
	bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
	drawn := bare(text)
	seen := map[string]bool{}
	var all []string
	for _, v := range values {
		b := bare(v)
		if len(b) > longValue {
			b = b[:longValue/10]
		}
		if !seen[b] && !strings.Contains(drawn, b) {
			all = append(all, v)
		}
		seen[b] = true
	}
	return all
}

// text gives the text that shows. What lies outside the page's box was cut off it, as on the two halves of a spread;
// PDFium can give the text within a box as well, but without the marks of its hyphens and the order of Arabic, so
// that is for pages that need it. It also gives how many glyphs have no letter: PDFium gives the number of the glyph
// for those, and they are left out.
func text(p pdfium.Pdfium, ref requests.Page) (shown string, unmapped int, err error) {
	loaded, err := p.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: ref})
	if err != nil {
		return "", 0, fmt.Errorf("load text: %w", err)
	}
	defer func() { _, _ = p.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: loaded.TextPage}) }()
	count, err := p.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: loaded.TextPage})
	if err != nil || count.Count <= 0 {
		return "", 0, err
	}
	all, err := p.FPDFText_GetText(
		&requests.FPDFText_GetText{TextPage: loaded.TextPage, StartIndex: 0, Count: count.Count},
	)
	if err != nil {
		return "", 0, fmt.Errorf("text: %w", err)
	}
	if strings.ContainsFunc(all.Text, doubtful) {
		if all.Text, unmapped, err = mapped(p, loaded.TextPage, count.Count); err != nil {
			return "", 0, err
		}
	}
	leftward := count.Count <= mostGlyphs && hasLeftward(all.Text)
	var drawn []glyph
	if leftward {
		if drawn, err = glyphs(p, loaded.TextPage, count.Count); err != nil {
			return "", 0, err
		}
	}
	box, err := p.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: ref})
	if err != nil {
		if leftward {
			return clean(readingOrder(drawn)), unmapped, nil
		}
		return clean(all.Text), unmapped, nil
	}
	r := box.Rect
	if leftward {
		return clean(readingOrder(within(drawn, r))), unmapped, nil
	}
	shows, err := p.FPDFText_GetBoundedText(&requests.FPDFText_GetBoundedText{TextPage: loaded.TextPage,
		Left: float64(
			r.Left,
		), Right: float64(r.Right), Top: float64(max(r.Top, r.Bottom)), Bottom: float64(min(r.Top, r.Bottom))})
	if err == nil && unmapped == 0 && content.Characters(shows.Text)*50 < content.Characters(all.Text)*49 {
		return clean(shows.Text), 0, nil
	}
	return clean(all.Text), unmapped, nil
}

// mostGlyphs is how many characters a page has at most whose order is told by their places: each place is several calls.
// A page of a newspaper has a tenth of that.
const mostGlyphs = 200_000

// doubtful tells characters that a page of the meetings' languages hardly holds, and glyph numbers often give.
func doubtful(r rune) bool {
	switch {
	case r < 0x250,
		r >= 0x600 && r < 0x700,
		r >= 0x1e00 && r < 0x1f00,
		r >= 0x2000 && r < 0x2300,
		r >= 0xfb00 && r < 0xfd00,
		r >= 0xfe70 && r <= 0xffff:
		return r < ' ' && r != '\r' && r != '\n' && r != '\t' && r != 2
	}
	return true
}

// mapped gives the characters of a page one by one, those left out that stand for no letter.
func mapped(p pdfium.Pdfium, page references.FPDF_TEXTPAGE, count int) (text string, unmapped int, err error) {
	var b strings.Builder
	for i := range count {
		e, err := p.FPDFText_HasUnicodeMapError(&requests.FPDFText_HasUnicodeMapError{TextPage: page, Index: i})
		if err != nil {
			return "", 0, fmt.Errorf("text: %w", err)
		}
		if e.HasUnicodeMapError {
			unmapped++
			continue
		}
		c, err := p.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: page, Index: i})
		if err != nil {
			return "", 0, fmt.Errorf("text: %w", err)
		}
		if c.Unicode != 0 {
			b.WriteRune(rune(c.Unicode))
		}
	}
	return b.String(), unmapped, nil
}

// glyphs gives the characters of a page one by one with their places, those left out that stand for no letter.
func glyphs(p pdfium.Pdfium, page references.FPDF_TEXTPAGE, count int) ([]glyph, error) {
	all := make([]glyph, 0, count)
	for i := range count {
		c, err := p.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: page, Index: i})
		if err != nil {
			return nil, fmt.Errorf("text: %w", err)
		}
		if c.Unicode == 0 {
			continue
		}
		e, err := p.FPDFText_HasUnicodeMapError(&requests.FPDFText_HasUnicodeMapError{TextPage: page, Index: i})
		if err != nil || e.HasUnicodeMapError {
			continue
		}
		g := glyph{r: rune(c.Unicode)}
		if o, err := p.FPDFText_GetCharOrigin(&requests.FPDFText_GetCharOrigin{TextPage: page, Index: i}); err == nil {
			g.x, g.y = o.X, o.Y
		}
		if b, err := p.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: page, Index: i}); err == nil {
			g.left, g.right = float64(b.Rect.Left), float64(b.Rect.Right)
		}
		if s, err := p.FPDFText_GetFontSize(&requests.FPDFText_GetFontSize{TextPage: page, Index: i}); err == nil {
			g.size = s.FontSize
		}
		if m, err := p.FPDFText_GetMatrix(&requests.FPDFText_GetMatrix{TextPage: page, Index: i}); err == nil {
			g.size *= math.Hypot(float64(m.Matrix.B), float64(m.Matrix.D))
		}
		all = append(all, g)
	}
	return all, nil
}

// within leaves out what stands outside the page's box. Line ends stand anywhere.
func within(all []glyph, box structs.FPDF_FS_RECTF) []glyph {
	left, right := float64(box.Left)-1, float64(box.Right)+1
	low, high := float64(min(box.Top, box.Bottom))-1, float64(max(box.Top, box.Bottom))+1
	return slices.DeleteFunc(all, func(g glyph) bool {
		return !unicode.IsSpace(g.r) && (g.x < left || g.x > right || g.y < low || g.y > high)
	})
}

// clean mends what PDFium leaves in the text: U+FFFE, and in some places U+0002 and the line's end, stand for a hyphen
// that parted a word at the end of a line.
func clean(s string) string {
	s = strings.NewReplacer("\ufffe\r\n", "", "\ufffe", "", "\x02\r\n", "", "\x02", "").
		Replace(strings.ToValidUTF8(s, "\ufffd"))
	return content.Dehyphenate(content.Tidy(s))
}

// annotations reads what people wrote on a page and the files that they attached, and tells whether it has fields of a
// form, and with what values.
func annotations(
	p pdfium.Pdfium,
	doc references.FPDF_DOCUMENT,
	ref requests.Page,
	out *readPage,
) (form bool, values []string) {
	count, err := p.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: ref})
	if err != nil {
		return false, nil // none that could be read
	}
	const most = 1000
	var remarks []string
	for i := range min(count.Count, most) {
		a, err := p.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: ref, Index: i})
		if err != nil {
			continue
		}
		says := func(key string) string {
			v, err := p.FPDFAnnot_GetStringValue(&requests.FPDFAnnot_GetStringValue{Annotation: a.Annotation, Key: key})
			if err != nil {
				return "" // it says nothing of it
			}
			return content.Tidy(v.Value)
		}
		if t, err := p.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: a.Annotation}); err == nil {
			switch t.Subtype {
			case enums.FPDF_ANNOT_SUBTYPE_WIDGET:
				form = true
				if v := says("V"); v != "" && v != "Off" { // what a box that is not ticked says
					values = append(values, v)
				}
			case enums.FPDF_ANNOT_SUBTYPE_FREETEXT:
				form = true
			case enums.FPDF_ANNOT_SUBTYPE_LINK, enums.FPDF_ANNOT_SUBTYPE_POPUP:
			default:
				if t.Subtype == enums.FPDF_ANNOT_SUBTYPE_FILEATTACHMENT {
					out.attachment(p, doc, a.Annotation)
				}
				if v := says("Contents"); v != "" {
					remarks = append(remarks, v)
				}
			}
		}
		_, _ = p.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: a.Annotation})
	}
	out.Comments = strings.Join(remarks, "\n")
	return form, values
}

// pictured tells whether a page has a picture, also within a form object, or a drawing that may be letters.
func pictured(p pdfium.Pdfium, ref requests.Page) bool {
	count, err := p.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: ref})
	if err != nil {
		return false
	}
	const most, drawn = 200, 20
	paths := 0
	for i := range min(count.Count, most) {
		o, err := p.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: ref, Index: i})
		if err != nil {
			continue
		}
		t, err := p.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: o.PageObject})
		if err != nil {
			continue
		}
		switch t.Type {
		case enums.FPDF_PAGEOBJ_IMAGE, enums.FPDF_PAGEOBJ_FORM:
			return true
		case enums.FPDF_PAGEOBJ_PATH: // text that was turned into outlines
			paths++
		}
	}
	return paths >= drawn
}

// render draws a page as a scanner would see it: 300 dots an inch, less when the page is large.
func render(ctx context.Context, p pdfium.Pdfium, ref requests.Page, out *content.Page, scanner Scanner) error {
	const best, most = 300, 12e6 // dots an inch, pixels
	inches := out.Width / 72 * out.Height / 72
	if inches <= 0 || math.IsNaN(inches) || math.IsInf(inches, 0) {
		return nil
	}
	dpi := int(min(best, math.Sqrt(most/inches)))
	if dpi < 36 {
		scanner.Skip()
		return nil
	}
	r, err := p.RenderPageInDPI(
		&requests.RenderPageInDPI{
			Page:        ref,
			DPI:         dpi,
			RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT,
			ImageFormat: requests.RenderImageFormatGrayscale,
		},
	)
	if err != nil {
		return fmt.Errorf("%w: render: %w", errUnreadable, err)
	}
	defer r.Cleanup()
	picture := r.Result.RenderedImage
	if picture == nil {
		scanner.Skip()
		return nil
	}
	return scanner.Scan(ctx, picture, out)
}

// attached counts the files that a PDF carries, and tells whether one is a program.
func attached(p pdfium.Pdfium, doc references.FPDF_DOCUMENT) (files int, executable bool) {
	count, err := p.FPDFDoc_GetAttachmentCount(&requests.FPDFDoc_GetAttachmentCount{Document: doc})
	if err != nil || count.AttachmentCount <= 0 {
		return 0, false
	}
	const most = 100
	for i := range min(count.AttachmentCount, most) {
		a, err := p.FPDFDoc_GetAttachment(&requests.FPDFDoc_GetAttachment{Document: doc, Index: i})
		if err != nil {
			continue
		}
		_, program := file(p, a.Attachment)
		executable = executable || program
	}
	return count.AttachmentCount, executable
}

// attachment counts the file of an annotation, unless the annotation only points to it.
func (r *readPage) attachment(p pdfium.Pdfium, doc references.FPDF_DOCUMENT, a references.FPDF_ANNOTATION) {
	f, err := p.FPDFAnnot_GetFileAttachment(&requests.FPDFAnnot_GetFileAttachment{Document: doc, Annotation: a})
	if err != nil {
		return
	}
	if within, program := file(p, f.Attachment); within {
		r.files++
		r.program = r.program || program
	}
}

// file tells whether an attached file lies in the document, and whether it is a program by its name or its beginning.
func file(p pdfium.Pdfium, attachment references.FPDF_ATTACHMENT) (within, program bool) {
	name := ""
	if n, err := p.FPDFAttachment_GetName(&requests.FPDFAttachment_GetName{Attachment: attachment}); err == nil {
		name = n.Name
	}
	var head []byte
	f, err := p.FPDFAttachment_GetFile(&requests.FPDFAttachment_GetFile{Attachment: attachment})
	if err == nil {
		head = f.Contents[:min(len(f.Contents), 4)]
	}
	return len(head) > 0, content.IsExecutable(name, head)
}
