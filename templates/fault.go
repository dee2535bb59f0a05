package templates

import (
	"maps"
	"slices"
	"sync"
)

// A fault is what stopped the printing of an artifact.
type fault struct {
	job job
	err error
}

// faults collects, of the artifacts of each template, the first that failed.
// Artifacts are begun in the order of their numbers, so that the first of a
// template is always printed, and the same faults are met on every run.
type faults struct {
	mutex sync.Mutex
	first map[string]int // number by template
	errs  map[int]error
}

func (f *faults) add(i int, template string, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.first == nil {
		f.first, f.errs = map[string]int{}, map[int]error{}
	}
	if first, ok := f.first[template]; !ok || i < first {
		f.first[template] = i
	}
	f.errs[i] = err
}

// settled reports whether an artifact of that template with a smaller number has
// failed, so that the one of number i needs no printing.
func (f *faults) settled(i int, template string) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	first, ok := f.first[template]
	return ok && first < i
}

// list gives the faults in the order of the jobs.
func (f *faults) list(jobs []job) []fault {
	var list []fault
	for _, i := range slices.Sorted(maps.Values(f.first)) {
		list = append(list, fault{jobs[i], f.errs[i]})
	}
	return list
}
