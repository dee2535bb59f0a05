package templates

import (
	"bytes"
	"slices"
	"sync"
	"testing"
)

func TestInParallel(t *testing.T) {
	var mutex sync.Mutex
	var got []int
	inParallel(100, func(i int, _ *bytes.Buffer) {
		mutex.Lock()
		defer mutex.Unlock()
		got = append(got, i)
	})
	slices.Sort(got)
	for i, n := range got {
		if i != n {
			t.Fatalf("work was called for %v", got)
		}
	}
	if len(got) != 100 {
		t.Errorf("work was called %d times, want 100", len(got))
	}
}

// A mistake in a template must reach the caller, who can say so.
func TestInParallelPanics(t *testing.T) {
	defer func() {
		if r := recover(); r != "mistake" {
			t.Errorf("recovered %v", r)
		}
	}()
	inParallel(10, func(i int, _ *bytes.Buffer) {
		if i == 3 {
			panic("mistake")
		}
	})
	t.Error("the panic was lost")
}
