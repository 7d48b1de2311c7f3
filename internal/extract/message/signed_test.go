package message_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"dossier/internal/extract/content"
	"dossier/internal/extract/message"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// signed gives a message within its signature.
func signed(t testing.TB, text string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "office"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	certificate, err := x509.ParseCertificate(der)
	must(t, err)
	data, err := pkcs7.NewSignedData([]byte(text))
	must(t, err)
	must(t, data.AddSigner(certificate, key, pkcs7.SignerInfoConfig{}))
	out, err := data.Finish()
	must(t, err)
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func unsigned(data []byte) (string, error) {
	inner, err := message.Unsigned(bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults())
	return string(inner), err
}

func TestSigned(t *testing.T) {
	const text = "Content-Type: text/plain\r\n\r\nWe nominate Ms Grace Odhiambo."
	data := signed(t, text)
	if got, err := unsigned(data); got != text || err != nil || !message.IsSigned(data) {
		t.Errorf("%q, %v; told as signed: %v", got, err, message.IsSigned(data))
	}
	for name, bad := range map[string][]byte{"cut short": data[:len(data)/2], "nothing in it": signed(t, ""), "no signature": []byte(text)} {
		if got, err := unsigned(bad); !fault.Because(err, meeting.ReasonCorrupt) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if message.IsSigned([]byte("0 is a text that begins with a zero")) || message.IsSigned(nil) {
		t.Error("a text is taken for a signed message")
	}
}

func FuzzSigned(f *testing.F) {
	f.Add(signed(f, "Subject: x\r\n\r\ny"))
	f.Fuzz(func(t *testing.T, data []byte) {
		message.IsSigned(data)
		if _, err := unsigned(data); err != nil && !fault.Is(err, fault.Rejected) {
			t.Errorf("neither read nor refused: %v", err)
		}
	})
}
