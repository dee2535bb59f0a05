package lsp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/creachadair/jrpc2/channel"
)

// Bounds on what is read of one message, in bytes: a topology has 10 MB at most, and JSON may
// write six bytes for one.
const (
	mostMessage = 80 << 20
	mostHeader  = 4 << 10
)

// errFraming ends a connection: after a broken header nobody knows where the next begins.
var errFraming = errors.New("the client's message has no usable Content-Length")

// framing is the base protocol of LSP: a header with Content-Length, an empty line, JSON.
// That of jrpc2 takes as much memory as a header asks for, and any client's word for it.
func framing(r io.Reader, w io.WriteCloser) channel.Channel {
	return &frames{in: bufio.NewReaderSize(r, mostHeader), out: w}
}

type frames struct {
	in  *bufio.Reader
	out io.WriteCloser
}

// Send implements channel.Channel.
func (f *frames) Send(message []byte) error {
	_, err := f.out.Write(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n%s", len(message), message))
	return err
}

// Recv implements channel.Channel.
func (f *frames) Recv() ([]byte, error) {
	length := -1
	for lines := 0; ; lines++ {
		line, err := f.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) || lines == 100 {
			return nil, errFraming
		}
		if err != nil {
			return nil, err
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			break
		}
		name, value, ok := strings.Cut(text, ":")
		if !ok {
			return nil, errFraming
		}
		if strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return nil, errFraming
			}
		}
	}
	if length < 0 || length > mostMessage {
		return nil, errFraming
	}
	var message bytes.Buffer // which grows with what comes, and not with what was announced
	if _, err := io.CopyN(&message, f.in, int64(length)); err != nil {
		return nil, err
	}
	return message.Bytes(), nil
}

// Close implements channel.Channel.
func (f *frames) Close() error { return f.out.Close() }
