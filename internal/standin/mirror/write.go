package mirror

import (
	"fmt"
	"time"
)

// A Receipt is what became of a write.
type Receipt struct {
	Accepted bool
	Status   Status // of the member at that moment
	Position int64
	Reason   string // why it was refused
}

// Write writes to the mirrored databases. Only a primary that is not in trouble
// accepts, and with an active backup only when that has acknowledged: a primary that
// has been replaced cannot accept anything, because its backup no longer answers it.
// While the primary is in trouble the write waits, as the product's processes do, for
// at most limit.
func (m *Member) Write(text string, limit time.Duration) Receipt {
	return m.record(func(*Content) (Change, error) { return Change{Text: text}, nil }, limit)
}

// Update changes what a mirrored database is.
func (m *Member) Update(change func(*Content) (Database, error), limit time.Duration) Receipt {
	return m.record(func(c *Content) (Change, error) {
		d, err := change(c)
		return Change{Database: &d}, err
	}, limit)
}

func (m *Member) record(make func(*Content) (Change, error), limit time.Duration) Receipt {
	m.writing.Lock()
	defer m.writing.Unlock()
	end := time.NewTimer(limit)
	defer end.Stop()
	for {
		m.mu.Lock()
		if !m.ruling() || !m.running {
			defer m.mu.Unlock()
			return Receipt{Status: m.status, Reason: m.readOnly()}
		}
		if m.status == Trouble {
			changed := m.changed
			m.mu.Unlock()
			select {
			case <-changed:
				continue
			case <-end.C:
				return Receipt{Status: Trouble, Reason: "the primary is in trouble: it has lost its backup and does " +
					"not know whether that has taken over"}
			}
		}
		content := m.state.Content.clone()
		change, err := make(&content)
		if err != nil {
			defer m.mu.Unlock()
			return Receipt{Status: m.status, Reason: err.Error()}
		}
		change.Position = m.state.Journal.Position + 1
		backup := m.active
		if backup == nil {
			defer m.mu.Unlock()
			return m.commit(change, "")
		}
		seq := backup.push(push{Kind: kindChange, Change: &change})
		m.mu.Unlock()

		acknowledged := backup.wait(seq, m.env.Times.QoS())

		m.mu.Lock()
		if acknowledged && m.status == Primary && m.running && m.active == backup {
			defer m.mu.Unlock()
			return m.commit(change, backup.name)
		}
		m.mu.Unlock()
		// The backup has it, or not: no answer came either way. A backup that does
		// not acknowledge in time is lost.
		backup.close()
		m.lost(backup)
	}
}

// commit makes a change part of the journal and passes it to the other members.
// m.mu is held.
func (m *Member) commit(change Change, backup string) Receipt {
	m.state.Journal.Position = change.Position
	m.state.Content.apply(change)
	m.save()
	for name, f := range m.followers {
		if name != backup {
			f.push(push{Kind: kindChange, Change: &change})
		}
	}
	m.notify()
	return Receipt{Accepted: true, Status: m.status, Position: change.Position}
}

// readOnly says why nothing is written here. m.mu is held.
func (m *Member) readOnly() string {
	if !m.running {
		return "the instance is down"
	}
	return fmt.Sprintf("the mirrored databases are read-only on this member: it is %s", m.status)
}
