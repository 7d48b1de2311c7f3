package message

import (
	"bytes"
	"io"

	"github.com/smallstep/pkcs7"

	"dossier/internal/extract/content"
)

// signedData is the object identifier of signed data (RFC 5652, 5.1), in DER.
var signedData = []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")

// IsSigned tells whether a file begins as a message within its signature does: with a sequence, and the identifier of signed
// data in it.
func IsSigned(head []byte) bool {
	const most = 16 // the sequence's own length comes before the identifier
	return len(head) > most && head[0] == 0x30 && bytes.Contains(head[:min(len(head), most+len(signedData))], signedData)
}

// Unsigned gives the mail that lies in its signature. Nobody checks the signature: who sent a mail is told by the server that
// took it. It fails with Rejected "corrupt" when there is none.
func Unsigned(src io.ReaderAt, size int64, limits content.Limits) ([]byte, error) {
	data, err := content.Whole(src, size, limits)
	if err != nil {
		return nil, err
	}
	if err := limits.Hold(3 * size); err != nil { // as DER, parsed, and the mail
		return nil, err
	}
	signed, err := pkcs7.Parse(data)
	if err != nil {
		return nil, content.Broken("signed mail: %w", err)
	}
	if len(signed.Content) == 0 {
		return nil, content.Broken("signed mail: nothing is in it")
	}
	return signed.Content, nil
}
