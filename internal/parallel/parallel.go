// Package parallel does many small pieces of work on all processors.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Workers is how many calls [Each] makes at a time for n pieces of work.
func Workers(n int) int { return min(n, runtime.GOMAXPROCS(0)) }

// Each calls work for every number i below n and returns when all calls have
// done so. Calls with equal numbers of a worker, from 0 to Workers(n)-1, never
// run at the same time. A panic of work is the caller's.
func Each(n int, work func(worker, i int)) {
	var next atomic.Int64
	var failure atomic.Pointer[any]
	var workers sync.WaitGroup
	for worker := range Workers(n) {
		workers.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					failure.CompareAndSwap(nil, &r)
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(worker, i)
			}
		})
	}
	workers.Wait()
	if r := failure.Load(); r != nil {
		panic(*r)
	}
}
