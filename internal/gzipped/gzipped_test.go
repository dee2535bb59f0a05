package gzipped_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"mirrorgen/internal/gzipped"
)

// What was compressed comes back, and has neither a name nor a time.
func TestBytes(t *testing.T) {
	content := bytes.Repeat([]byte("as before "), 1000)
	packed := gzipped.Bytes(content)
	if len(packed) > 100 || !bytes.Equal(packed, gzipped.Bytes(content)) {
		t.Errorf("%d bytes", len(packed))
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if r.Name != "" || !r.ModTime.IsZero() {
		t.Errorf("%+v", r.Header)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
