// Package browsertest opens pages in Chromium, for the tests of what is looked at in a browser.
package browsertest

import (
	"context"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"mirrorgen/internal/toolstest"
)

// patience is the longest that one step may take on a busy machine.
const patience = 2 * time.Minute

// A Browser is one tab of a Chromium without a window.
type Browser struct {
	t   testing.TB
	tab context.Context
}

// Open starts a browser, which ends with the test. Where there is none, the test is skipped or
// fails, see [toolstest.Need].
func Open(t testing.TB) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(toolstest.Need(t, "chromium-headless-shell")), chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	tab, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	b := &Browser{t, tab}
	do(b, chromedp.Navigate("about:blank"))
	return b
}

// do runs an action, or fails the test.
func do[T any](b *Browser, action chromedp.Action[T]) T {
	b.t.Helper()
	tab, cancel := b.tab, context.CancelFunc(func() {})
	if chromedp.FromContext(tab).Target != nil { // the first action's time-out would end the browser
		tab, cancel = context.WithTimeout(tab, patience)
	}
	defer cancel()
	result, err := chromedp.Run(tab, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return result
}

// Show opens a file. fragment is "", or begins with "#".
func (b *Browser) Show(file, fragment string) {
	b.t.Helper()
	absolute, err := filepath.Abs(file)
	if err != nil {
		b.t.Fatal(err)
	}
	do(b, chromedp.Navigate("about:blank")) // so that another fragment alone is a new page
	do(b, chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.ToSlash(absolute)}).String()+fragment))
}

// Wait waits until a JavaScript expression is true.
func (b *Browser) Wait(expression string) {
	b.t.Helper()
	do(b, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingInterval(10*time.Millisecond),
		chromedp.WithPollingTimeout(patience)))
}

// Evaluate returns the value of a JavaScript expression; of a promise, what becomes of it.
func Evaluate[T any](b *Browser, expression string) T {
	b.t.Helper()
	return do(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Run evaluates a JavaScript expression for what it does.
func (b *Browser) Run(expression string) {
	b.t.Helper()
	Evaluate[chromedp.Void](b, expression)
}

// Scheme makes the user one who prefers "light" or "dark" pages.
func (b *Browser) Scheme(scheme string) {
	b.t.Helper()
	do(b, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		return chromedp.Void{}, err
	})
}

// Size makes the window so large, in pixels.
func (b *Browser) Size(width, height int64) {
	b.t.Helper()
	do(b, chromedp.EmulateViewport(width, height))
}

// Screenshot is the whole page as a PNG.
func (b *Browser) Screenshot() []byte {
	b.t.Helper()
	return do(b, chromedp.FullScreenshot(100))
}

// Downloads makes the browser keep what is downloaded in a directory.
func (b *Browser) Downloads(directory string) {
	b.t.Helper()
	do(b, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: directory})
		return chromedp.Void{}, err
	})
}
