package ole_test

import (
	"testing"

	"dossier/internal/extract/ole"
)

func TestPageOf(t *testing.T) {
	for language, want := range map[int]int{
		0: 1252, 0x0409: 1252, 0x040c: 1252, 0x0419: 1251, 0x0402: 1251, 0x081a: 1250, 0x0c1a: 1251, 0x041a: 1250, 0x0408: 1253,
		0x041f: 1254, 0x040d: 1255, 0x0c01: 1256, 0x0429: 1256, 0x0427: 1257, 0x0404: 950, 0x0804: 936, 0x0411: 932, 0x0412: 949,
	} {
		if got := ole.PageOf(language); got != want {
			t.Errorf("%#x: got %d, want %d", language, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		bytes string
		page  int
		want  string
	}{
		{"\xcf\xf0\xe8\xe2\xe5\xf2", 1251, "Привет"}, {"\xf0\xd2\xc9\xd7\xc5\xd4", 20866, "Привет"},
		{"\xbf\xe0\xd8\xd2\xd5\xe2", 28595, "Привет"}, {"\xa4\xa4\xa4\xe5", 950, "中文"}, {"sign\xe9", 28591, "signé"},
		{"sign\xe9", 99999, "signé"}, {"\xd0\x9f", 65001, "П"}, {"\x1f\x04", 1200, "П"},
	} {
		if got := ole.Decode([]byte(tt.bytes), tt.page); got != tt.want {
			t.Errorf("%q in %d: got %q, want %q", tt.bytes, tt.page, got, tt.want)
		}
	}
}
