package parallel

import (
	"slices"
	"sync"
	"testing"
)

func TestEach(t *testing.T) {
	const n = 100
	var mutex sync.Mutex
	var got []int
	busy := make([]sync.Mutex, Workers(n))
	Each(n, func(worker, i int) {
		if !busy[worker].TryLock() {
			t.Error("two calls of one worker run at the same time")
			return
		}
		defer busy[worker].Unlock()
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
	if len(got) != n {
		t.Errorf("work was called %d times, want %d", len(got), n)
	}
}

// A mistake must reach the caller, who can say so.
func TestEachPanics(t *testing.T) {
	defer func() {
		if r := recover(); r != "mistake" {
			t.Errorf("recovered %v", r)
		}
	}()
	Each(10, func(_, i int) {
		if i == 3 {
			panic("mistake")
		}
	})
	t.Error("the panic was lost")
}
