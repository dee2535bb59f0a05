package mirror

// A Hello opens a data channel: the first line that a member sends to the
// superserver of the one that it takes for the primary.
type Hello struct {
	Do      string // "mirror"
	Set     string
	GUID    string
	Member  string
	Journal Journal
	// Subject is the distinguished name of the certificate that the member has shown; the
	// one that is asked fills it in.
	Subject string `json:"-"`
}

// A welcome answers it.
type welcome struct {
	OK     bool
	Reason string
	Table  *Table // what the answering member knows, also where it is not the primary
}

// A push goes down the channel. Each is acknowledged.
type push struct {
	Seq      uint64
	Kind     string // one of the kinds below
	Change   *Change
	Token    string // of the arbiter controlled mode, empty for the agent controlled mode
	Journal  *Journal
	Content  *Content
	Table    *Table
	Shutdown bool
}

const (
	kindBeat     = "beat"
	kindSnapshot = "snapshot"
	kindChange   = "change"
	kindActive   = "active"   // the backup is active from now on
	kindMode     = "mode"     // Token holds from now on
	kindTable    = "table"    // members have changed
	kindHandover = "handover" // the primary has stopped: take over
)

// An ack answers a push.
type ack struct {
	Seq     uint64
	Arbiter bool // the member is connected to the arbiter
	Leaving bool // it stops, and is no longer active
}

// A Request goes to an ISCAgent; which fields count depends on Do.
type Request struct {
	Do       string
	Set      string
	GUID     string
	Member   string
	Journal  Journal
	Alone    bool
	Peer     *Peer
	Table    *Table
	Nonce    string
	Token    string
	Epoch    int
	QoS      int // of the mirror, as in its table; to the arbiter
	Redirect int // how often the request was passed on
}

const (
	doPing      = "ping"      // is an agent there, and whose?
	doJoin      = "join"      // a member wants to join the set
	doConfirm   = "confirm"   // is your instance down as primary? I am about to take over
	doInactive  = "inactive"  // your instance is no longer an active backup
	doForceDown = "forcedown" // another member is primary since Epoch
	doStatus    = "status"    // is your instance the primary?
	doTable     = "table"     // which table do you have?
	doPublish   = "publish"   // this is the table now
	doPromote   = "promote"   // make Member a failover member
	doDemote    = "demote"    // make Member a DR async
	doArbiter   = "arbiter"   // the rest of this connection is for the arbiter
	doEnter     = "enter"     // arbiter: Token begins an arbiter controlled mode
	doSwitch    = "switch"    // arbiter: the primary leaves it
	doTakeover  = "takeover"  // arbiter: the backup wants to take over
)

// An Answer is an agent's.
type Answer struct {
	OK      bool
	Reason  string
	Member  string
	Nonce   string
	Primary bool // the instance operates as primary
	Busy    bool // the instance is about to become primary itself
	Taken   bool // arbiter: the backup has taken over with this token
	Journal *Journal
	Content *Content
	Table   *Table
	Agent   string // join: ask this agent instead
	Pending bool   // join: the primary has to authorize the member first
}
