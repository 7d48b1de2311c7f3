package hostile

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

func pictures() []file {
	return []file{
		{"65500x65500.png", func() []byte { return png(65500, 65500, 8, 6, -1) }},
		{"16-bits.png", func() []byte { return png(10000, 9999, 16, 6, 0) }},
		{"16-bits-interlaced.png", func() []byte { return png(10000, 9999, 16, 6, 1) }},
		{"8-bits.png", func() []byte { return png(10000, 9999, 8, 6, 0) }},
		{"grey.png", func() []byte { return png(10000, 9999, 8, 0, 0) }},
		{"grey-progressive.jpg", func() []byte { return jpeg(10000, 9999, 1, true, 0) }},
		{"colours-progressive.jpg", func() []byte { return jpeg(10000, 9999, 3, true, 0) }},
		{"colours-progressive-turned.jpg", func() []byte { return jpeg(10000, 9999, 3, true, 6) }},
		{"cmyk-progressive.jpg", func() []byte { return jpeg(10000, 9999, 4, true, 0) }},
		{"colours.jpg", func() []byte { return jpeg(10000, 9999, 3, false, 0) }},
		{"colours-turned.jpg", func() []byte { return jpeg(10000, 9999, 3, false, 5) }},
		{"medium-progressive.jpg", func() []byte { return jpeg(8000, 6000, 3, true, 0) }},
		{"lossless.webp", func() []byte { return webp(16383, 6100) }},
		{"grey.tif", func() []byte { return tiff(10000, 9999, 1, 8, 1) }},
		{"16-bits-30-pages.tif", func() []byte { return tiff(10000, 9999, 30, 16, 3) }},
		{"medium-30-pages.tif", func() []byte { return tiff(5000, 6000, 30, 8, 3) }},
		{"5000-pages.tif", func() []byte { return tiff(400, 400, 5000, 8, 1) }},
	}
}

// deflate packs rows of zeros.
func deflate(rows, size int, more ...int) []byte {
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
	for err == nil {
		row := make([]byte, size)
		for range rows {
			if _, err = z.Write(row); err != nil {
				break
			}
		}
		if len(more) == 0 {
			break
		}
		rows, size, more = more[0], more[1], more[2:]
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil { // in memory
		panic(err)
	}
	return b.Bytes()
}

// png is a black PNG (PNG, 11); interlace -1 is one without pixels.
func png(w, h, depth, colour, interlace int) []byte {
	samples := map[int]int{0: 1, 2: 3, 6: 4}[colour]
	row := func(w int) int { return 1 + (w*samples*depth+7)/8 }
	var data []byte
	switch interlace {
	case 0:
		data = deflate(h, row(w))
	case 1:
		var passes []int
		for _, p := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
			passes = append(passes, (h-p[1]+p[3]-1)/p[3], row((w-p[0]+p[2]-1)/p[2]))
		}
		data = deflate(passes[0], passes[1], passes[2:]...)
	}
	b := bytes.NewBufferString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		_ = binary.Write(b, binary.BigEndian, uint32(len(data)))
		b.WriteString(kind)
		b.Write(data)
		_ = binary.Write(b, binary.BigEndian, crc32.ChecksumIEEE(append([]byte(kind), data...)))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	chunk("IHDR", append(header, byte(depth), byte(colour), 0, 0, byte(max(0, interlace))))
	chunk("IDAT", data)
	chunk("IEND", nil)
	return b.Bytes()
}

// jpeg is a grey JPEG (ITU-T T.81, annex B) whose every block takes a bit or two; orientation 0 says none.
func jpeg(w, h, components int, progressive bool, orientation byte) []byte {
	b := bytes.NewBufferString("\xff\xd8")
	segment := func(marker byte, data ...byte) {
		b.Write([]byte{0xff, marker})
		_ = binary.Write(b, binary.BigEndian, uint16(len(data)+2))
		b.Write(data)
	}
	if orientation > 0 {
		segment(0xe1, []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"+string(orientation)+"\x00\x00\x00\x00\x00\x00")...)
	}
	if components == 4 {
		segment(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")...)
	}
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)
	frame := []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), byte(components)}
	scan := []byte{byte(components)}
	for i := range components {
		frame = append(frame, byte(i+1), 0x11, 0)
		scan = append(scan, byte(i+1), 0)
	}
	// One code of one bit in each table: no difference, and the end of a block.
	table := append([]byte{1}, make([]byte, 15)...)
	segment(0xc4, append(append([]byte{0x00}, table...), 0)...)
	segment(0xc4, append(append([]byte{0x10}, table...), 0)...)
	bits := 2
	if progressive {
		segment(0xc2, frame...)
		scan, bits = append(scan, 0, 0, 0), 1
	} else {
		segment(0xc0, frame...)
		scan = append(scan, 0, 63, 0)
	}
	segment(0xda, scan...)
	blocks := (w + 7) / 8 * ((h + 7) / 8) * components
	b.Write(make([]byte, blocks*bits/8+16))
	b.WriteString("\xff\xd9")
	return b.Bytes()
}

// webp is a lossless WebP of one colour, whose pixels take no bits at all.
func webp(w, h int) []byte {
	var bits uint64
	var data []byte
	n := 0
	put := func(v uint64, size int) {
		bits |= v << n
		for n += size; n >= 8; n -= 8 {
			data = append(data, byte(bits))
			bits >>= 8
		}
	}
	put(uint64(w-1), 14)
	put(uint64(h-1), 14)
	put(0, 1+3)   // no alpha, version 0
	put(0, 1+1+1) // no transform, no cache of colours, one group of codes
	for range 5 { // each code has one symbol, of a bit: zero
		put(1, 1)
		put(0, 1+1+1)
	}
	put(0, 8)
	vp8l := append([]byte{0x2f}, data...)
	if len(vp8l)%2 == 1 {
		vp8l = append(vp8l, 0)
	}
	b := bytes.NewBufferString("RIFF")
	_ = binary.Write(b, binary.LittleEndian, uint32(len(vp8l)+12))
	b.WriteString("WEBPVP8L")
	_ = binary.Write(b, binary.LittleEndian, uint32(len(vp8l)))
	b.Write(vp8l)
	return b.Bytes()
}

// tiff is a TIFF (TIFF 6.0) of pages that share one packed strip.
func tiff(w, h, pages, bits, samples int) []byte {
	strip := deflate(h, w*samples*bits/8)
	b := bytes.NewBufferString("II*\x00\x00\x00\x00\x00")
	b.Write(strip)
	if b.Len()%2 == 1 {
		b.WriteByte(0)
	}
	depths := b.Len()
	for range 4 {
		_ = binary.Write(b, binary.LittleEndian, uint16(bits))
	}
	photometric, depth := uint32(1), uint32(bits)
	if samples == 3 {
		photometric, depth = 2, uint32(depths)
	}
	entries := [][4]uint32{{256, 4, 1, uint32(w)}, {257, 4, 1, uint32(h)}, {258, 3, uint32(samples), depth}, {259, 4, 1, 8}, {262, 4, 1, photometric},
		{273, 4, 1, 8}, {277, 4, 1, uint32(samples)}, {278, 4, 1, uint32(h)}, {279, 4, 1, uint32(len(strip))}}
	for range pages {
		binary.LittleEndian.PutUint32(b.Bytes()[lastPointer(b.Bytes(), len(entries), depths):], uint32(b.Len()))
		_ = binary.Write(b, binary.LittleEndian, uint16(len(entries)))
		for _, e := range entries {
			_ = binary.Write(b, binary.LittleEndian, [2]uint16{uint16(e[0]), uint16(e[1])})
			_ = binary.Write(b, binary.LittleEndian, [2]uint32{e[2], e[3]})
		}
		b.Write(make([]byte, 4))
	}
	return b.Bytes()
}

// lastPointer is where the pointer to the next directory stands.
func lastPointer(data []byte, entries, depths int) int {
	if len(data) == depths+8 {
		return 4
	}
	return len(data) - 4
}

// portable are PDFs (ISO 32000-1).
func portable() []file {
	const (
		font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
		root = "<</Type/Catalog/Pages 2 0 R>>"
		kids = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
	)
	page := func(resources string) string {
		return "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<" + resources + "/Font<</F 5 0 R>>>>>>"
	}
	one := func(content, resources string, more ...object) func() []byte {
		return func() []byte {
			return paper(append([]object{{1, root}, {2, kids}, {3, page(resources)}, {4, stream(content, "")}, {5, font}}, more...)...)
		}
	}
	picture := func() object {
		twice := string(zipped(deflate(900, 1<<20)))
		return object{10, fmt.Sprintf("<</Type/XObject/Subtype/Image/Width 30000/Height 30000/BitsPerComponent 8/ColorSpace/DeviceGray/Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream", len(twice), twice)}
	}
	return []file{
		{"pages-in-a-circle.pdf", func() []byte {
			return paper(object{1, root}, object{2, "<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>"}, object{3, "<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>"})
		}},
		{"pages-2147483647.pdf", func() []byte {
			return paper(object{1, root}, object{2, "<</Type/Pages/Kids[3 0 R]/Count 2147483647>>"}, object{3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"})
		}},
		{"text-20MB-on-a-page.pdf", one("BT /F 1 Tf 1 0 0 1 10 10 Tm "+filled("(abcdefghij klmnop) Tj 0 1 Td ", 20<<20)+" ET", "")},
		{"letters-in-one-place.pdf", one("BT /F 1 Tf "+filled("1 0 0 1 10 10 Tm (ab) Tj ", 10<<20)+" ET", "")},
		{"paths-3000000.pdf", one(filled("0 0 m 10 10 l 5 5 600 700 0 0 c S ", 100<<20), "")},
		{"states-3000000.pdf", one(filled("q ", 6<<20)+"BT /F 12 Tf (x) Tj ET", "")},
		{"forms-6^24.pdf", func() []byte {
			var more []object
			for i := 10; i < 34; i++ {
				more = append(more, object{i, stream(filled("/X Do ", 36), fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 600 700]/Resources<</XObject<</X %d 0 R>>>>", i+1))})
			}
			more = append(more, object{34, stream("0 0 m 100 100 l S", "/Type/XObject/Subtype/Form/BBox[0 0 600 700]")})
			return one("/X Do", "/XObject<</X 10 0 R>>", more...)()
		}},
		{"picture-30000px.pdf", func() []byte { return one("600 0 0 700 0 0 cm /I Do", "/XObject<</I 10 0 R>>", picture())() }},
		{"picture-on-30-pages.pdf", func() []byte {
			var list string
			objects := []object{{1, root}, {4, stream("600 0 0 700 0 0 cm /I Do", "")}, {5, font}, picture()}
			for i := 20; i < 50; i++ {
				list += fmt.Sprintf("%d 0 R ", i)
				objects = append(objects, object{i, page("/XObject<</I 10 0 R>>")})
			}
			return paper(append(objects, object{2, "<</Type/Pages/Kids[" + list + "]/Count 30>>"})...)
		}},
		{"script-without-end.pdf", func() []byte {
			return paper(object{1, "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(while(true){})>>>>"}, object{2, kids}, object{3, page("")},
				object{4, stream("BT /F 12 Tf 50 700 Td (Hello world) Tj ET", "")}, object{5, font})
		}},
		{"filters-60.pdf", func() []byte {
			data := []byte("BT /F 12 Tf (x) Tj ET")
			for range 60 {
				data = zipped(data)
			}
			return paper(object{1, root}, object{2, kids}, object{3, page("")}, object{5, font},
				object{4, fmt.Sprintf("<</Length %d/Filter[%s]>>stream\n%s\nendstream", len(data), filled("/FlateDecode ", 13*60), data)})
		}},
		{"fields-20000.pdf", func() []byte {
			var list bytes.Buffer
			var objects []object
			for i := 100; i < 20_100; i++ {
				fmt.Fprintf(&list, "%d 0 R ", i)
				objects = append(objects, object{i, fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Tx/T(f%d)/V(value %d)/Rect[0 0 10 10]/P 3 0 R>>", i, i)})
			}
			return paper(append(objects, object{1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[" + list.String() + "]>>>>"}, object{2, kids},
				object{3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Annots[" + list.String() + "]>>"}, object{4, stream("BT (x) Tj ET", "")})...)
		}},
	}
}

// object is one object of a PDF.
type object struct {
	number int
	body   string
}

func zipped(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, err := z.Write(data)
	if err == nil {
		err = z.Close()
	}
	if err != nil { // in memory
		panic(err)
	}
	return b.Bytes()
}

func stream(data, entries string) string {
	packed := zipped([]byte(data))
	return fmt.Sprintf("<</Length %d/Filter/FlateDecode%s>>stream\n%s\nendstream", len(packed), entries, packed)
}

// paper puts objects together; the first is the root.
func paper(objects ...object) []byte {
	b := bytes.NewBufferString("%PDF-1.7\n")
	offsets := map[int]int{}
	most := 0
	for _, o := range objects {
		offsets[o.number] = b.Len()
		fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", o.number, o.body)
		most = max(most, o.number)
	}
	at := b.Len()
	fmt.Fprintf(b, "xref\n0 %d\n0000000000 65535 f \n", most+1)
	for i := 1; i <= most; i++ {
		if offset, ok := offsets[i]; ok {
			fmt.Fprintf(b, "%010d 00000 n \n", offset)
		} else {
			b.WriteString("0000000000 65535 f \n")
		}
	}
	fmt.Fprintf(b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF", most+1, at)
	return b.Bytes()
}
