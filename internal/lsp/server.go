// Package lsp is a language server: it speaks LSP 3.17 about topologies on a pair of streams.
// What it says comes from internal/editor.
package lsp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/handler"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/editor"
)

// Files reads what an editor has not opened.
type Files interface {
	// Topology is the topology that a file belongs to, as it lies on disk. Its sources are
	// named as people call them, and paths says where each lies; the file itself is one of
	// them, even where it is not on disk yet.
	Topology(path string) (t editor.Topology, paths map[string]string)
	// Tests is what is wrong with a test file, whose text is on the screen; ok is false for
	// any other file.
	Tests(path string, content []byte) (diags hcl.Diagnostics, ok bool)
}

// A Server serves one client.
type Server struct {
	Files   Files
	Version string    // of the program
	Log     io.Writer // for mistakes of the server's own

	rpc      *jrpc2.Server
	work     chan struct{} // something is to be analyzed
	mu       sync.Mutex    // of what follows
	started  bool
	ended    bool
	revision int // counts changes of documents
	open     map[string]*document
	compute  sync.Mutex // one analysis at a time
}

// A document is a file that the client has open.
type document struct {
	uri       string
	path      string // "" where it is no file
	version   int
	text      *text
	found     *findings       // of the latest analysis
	published map[string]bool // the URIs that the client has diagnostics of from here
}

// findings are an analysis with what translates its ranges.
type findings struct {
	*editor.Analysis
	revision int
	name     string           // of the document among the sources
	tests    bool             // it is a test file, and no topology
	texts    map[string]*text // by source
	uris     map[string]string
	good     *editor.Analysis // the latest without errors
}

// errNoShutdown is the end of a client that said no farewell.
var errNoShutdown = errors.New("the client has gone without a shutdown request")

// Run serves until the client leaves. The error is nil where it asked for shutdown first.
func (s *Server) Run(in io.Reader, out io.WriteCloser) error {
	s.open, s.work = map[string]*document{}, make(chan struct{}, 1)
	done := make(chan struct{})
	s.rpc = jrpc2.NewServer(s.methods(), &jrpc2.ServerOptions{AllowPush: true, DisableBuiltin: true, Concurrency: 4})
	s.rpc.Start(framing(in, out))
	go s.diagnose(done)
	err := s.rpc.Wait()
	close(done)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return nil
	case err != nil && !errors.Is(err, io.EOF):
		return err
	}
	return errNoShutdown
}

// The errors of the protocol.
const (
	codeNotInitialized = jrpc2.Code(-32002)
	codeRequestFailed  = jrpc2.Code(-32803)
)

// methods are what a client can ask for. Anything else is answered with an error, or where
// it is a notification passed over.
func (s *Server) methods() handler.Map {
	m := handler.Map{
		"initialize":                       handler.New(s.initialize),
		"initialized":                      handler.New(ignore),
		"shutdown":                         handler.New(s.shutdown),
		"exit":                             handler.New(s.exit),
		"$/cancelRequest":                  handler.New(ignore),
		"$/setTrace":                       handler.New(ignore),
		"textDocument/didOpen":             handler.New(s.didOpen),
		"textDocument/didChange":           handler.New(s.didChange),
		"textDocument/didClose":            handler.New(s.didClose),
		"textDocument/didSave":             handler.New(s.didSave),
		"workspace/didChangeWatchedFiles":  handler.New(s.changed),
		"workspace/didChangeConfiguration": handler.New(s.changed),
		"textDocument/completion":          handler.New(s.completion),
		"textDocument/hover":               handler.New(s.hover),
		"textDocument/definition":          handler.New(s.definition),
		"textDocument/references":          handler.New(s.references),
		"textDocument/prepareRename":       handler.New(s.prepareRename),
		"textDocument/rename":              handler.New(s.rename),
		"textDocument/formatting":          handler.New(s.formatting),
		"textDocument/documentSymbol":      handler.New(s.documentSymbol),
		"textDocument/codeAction":          handler.New(s.codeAction),
	}
	for name, h := range m {
		m[name] = s.guarded(name, h)
	}
	return m
}

// guarded keeps a method from being called before initialize, and a mistake in it from
// ending the editor's session.
func (s *Server) guarded(name string, h jrpc2.Handler) jrpc2.Handler {
	return func(ctx context.Context, request *jrpc2.Request) (result any, err error) {
		defer func() {
			if mistake := recover(); mistake != nil {
				fmt.Fprintf(s.Log, "mirrorgen lsp: a mistake in mirrorgen, in %s: %v\n%s", name, mistake, debug.Stack())
				err = jrpc2.Errorf(jrpc2.InternalError, "a mistake in mirrorgen: %v", mistake)
			}
		}()
		s.mu.Lock()
		started, ended := s.started, s.ended
		s.mu.Unlock()
		switch {
		case name == "exit":
		case ended:
			return nil, jrpc2.Errorf(jrpc2.InvalidRequest, "after shutdown there is only exit")
		case !started && name != "initialize":
			return nil, jrpc2.Errorf(codeNotInitialized, "initialize comes first")
		}
		return h(ctx, request)
	}
}

func ignore(context.Context, *jrpc2.Request) error { return nil }

func (s *Server) initialize(context.Context, *jrpc2.Request) (initializeResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started {
		return initializeResult{}, jrpc2.Errorf(jrpc2.InvalidRequest, "initialize comes once")
	}
	s.started = true
	return initializeResult{capabilities(), serverInfo{"mirrorgen", s.Version}}, nil
}

func (s *Server) shutdown(context.Context) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	return nil, nil
}

func (s *Server) exit(context.Context) error {
	go s.rpc.Stop() // which waits for this handler
	return nil
}
