package mirror

// lost is what a primary does when a connection to a follower has ended. Without the
// active backup it is in trouble until it knows that the backup has not taken over, and
// will not (GHA, "Primary's Response to Loss of Contact" and "Primary Loses Connection
// to Backup").
func (m *Member) lost(f *follower) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.active != f || !m.ruling() {
		return
	}
	if f.isLeaving() {
		// It said that it is no longer active: nothing to wait for.
		m.env.Log("the backup has left")
		m.resume()
		return
	}
	if m.trouble {
		return
	}
	m.trouble = true
	m.setStatus(Trouble)
	m.env.Log("lost the active backup %s in %s controlled mode", f.name, modeName(m.token))
	quit, token := m.quit, m.token
	if token == "" {
		m.done.Go(func() { m.revokeByAgent(f, quit) })
	} else {
		m.done.Go(func() { m.switchByArbiter(f, token, quit) })
	}
}

// resume goes on as primary without an active backup, in agent controlled mode.
// m.mu is held.
func (m *Member) resume() {
	m.active, m.token = nil, ""
	m.trouble = false
	m.state.Alone = true
	m.save()
	m.setStatus(Primary)
	m.notify()
}

// inTrouble says whether the primary still waits because of this backup. m.mu is held.
func (m *Member) inTrouble(f *follower) bool {
	return m.running && m.trouble && m.active == f && m.status == Trouble
}

// revokeByAgent waits in agent controlled mode until the backup acknowledges that it
// is no longer active, or the trouble time-out has passed: in this mode the backup takes
// over only with the consent of this member's agent.
func (m *Member) revokeByAgent(f *follower, quit chan struct{}) {
	m.mu.Lock()
	p, _ := m.state.Table.Find(f.name)
	request := Request{Do: doInactive, Set: m.state.Table.Set, GUID: m.state.Table.GUID, Member: m.state.Self}
	m.mu.Unlock()
	acknowledged := make(chan struct{})
	go func() {
		if answer, err := m.askAgent(p, request); err == nil && answer.OK {
			close(acknowledged)
		}
	}()
	timeout := make(chan struct{})
	go func() {
		m.sleep(quit, m.env.Times.Trouble())
		close(timeout)
	}()
	select {
	case <-acknowledged:
	case <-timeout:
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.inTrouble(f) {
		m.env.Log("resuming without a backup")
		m.resume()
	}
}

// inactive is the backup's side of it.
func (m *Member) inactive() Answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ruling() || m.taking || m.token != "" {
		return Answer{Reason: "not a backup in agent controlled mode"}
	}
	m.isActive = false
	if m.upstream != nil {
		m.upstream.Close()
	}
	return Answer{OK: true, Member: m.state.Self}
}

// switchByArbiter asks the arbiter in arbiter controlled mode. It lets the primary go
// on, or reports that the backup has taken over; without the arbiter the primary is in
// trouble indefinitely, so that the backup can safely take over.
func (m *Member) switchByArbiter(f *follower, token string, quit chan struct{}) {
	for {
		answer, err := m.link.ask(Request{Do: doSwitch, Token: token}, m.env.Times.QoS())
		m.mu.Lock()
		if !m.inTrouble(f) {
			m.mu.Unlock()
			return
		}
		switch {
		case err != nil:
		case answer.OK:
			m.env.Log("the arbiter confirms that the backup has not taken over: resuming without it")
			m.resume()
			m.mu.Unlock()
			return
		case answer.Taken:
			m.abdicate("the backup has taken over")
			m.mu.Unlock()
			return
		}
		m.mu.Unlock()
		if !m.sleep(quit, m.env.Times.Retry()) {
			return
		}
	}
}
