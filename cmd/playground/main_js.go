// Command playground is mirrorgen in a browser: what a page calls. Built for any other system,
// it makes that page.
package main

import (
	"encoding/json"
	"syscall/js"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/playground"
)

func main() {
	session := &playground.Session{}
	js.Global().Set("mirrorgen", js.ValueOf(map[string]any{
		"open": guarded(func(args []js.Value) (any, error) {
			return encoded(session.Open(args[0].String()))
		}),
		"edit": guarded(func(args []js.Value) (any, error) {
			return encoded(session.Edit(args[0].String(), args[1].Bool()))
		}),
		"archive": guarded(func([]js.Value) (any, error) {
			content, err := session.Archive(artifact.ManifestName, artifact.Manifest)
			if err != nil {
				return nil, err
			}
			bytes := js.Global().Get("Uint8Array").New(len(content))
			js.CopyBytesToJS(bytes, content)
			return bytes, nil
		}),
		"import": guarded(func(args []js.Value) (any, error) { return playground.Import(args[0].String()) }),
	}))
	select {}
}

func encoded(r playground.Result) (any, error) {
	content, err := json.Marshal(r)
	return string(content), err
}

// guarded makes a function for JavaScript that returns {value} or {error}. A mistake in
// mirrorgen is an error as well, so that the page goes on.
func guarded(do func(args []js.Value) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) (result any) {
		defer func() {
			if mistake := recover(); mistake != nil {
				result = map[string]any{"error": "This is a mistake in mirrorgen, not in the topology."}
			}
		}()
		value, err := do(args)
		if err != nil {
			return map[string]any{"error": err.Error()}
		}
		return map[string]any{"value": value}
	})
}
