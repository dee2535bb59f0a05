// Package gzipped compresses what must be the same bytes every time: without a name and a time.
package gzipped

import (
	"bytes"
	"compress/gzip"
)

// Bytes returns content in gzip's form, as small as gzip makes it.
func Bytes(content []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // the level is one of gzip's, and a buffer takes everything
	}
	return b.Bytes()
}
