package content

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// IsExecutable tells by its first bytes, or by the extension that an operating system would run it by, whether a file
// within a document is a program. An OLE "Package" object names its file in its first bytes (MS-OLEDS, 2.2.5 and the
// Ole10Native stream), so the name is looked for there too.
func IsExecutable(name string, head []byte) bool {
	for _, magic := range []string{"MZ", "\x7fELF", "\xca\xfe\xba\xbe", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "#!"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	if runnable(path.Ext(name)) {
		return true
	}
	lower := strings.ToLower(string(head))
	for i := 0; ; {
		j := strings.IndexByte(lower[i:], '.')
		if j < 0 {
			return false
		}
		i += j
		// A name in a package ends with a zero byte.
		if end := strings.IndexByte(lower[i:min(len(lower), i+5)], 0); end > 0 && runnable(lower[i:i+end]) {
			return true
		}
		i++
	}
}

// runnable tells the extensions that Windows, macOS and their mail programs run or warn of.
func runnable(ext string) bool {
	return slices.Contains([]string{
		".exe", ".dll", ".com", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".wsh", ".msi",
		".msp", ".scr", ".pif", ".cpl", ".hta", ".jar", ".lnk", ".reg", ".sh", ".app", ".apk",
	}, strings.ToLower(ext))
}
