package schema

import "fmt"

// A Version is the year and minor of an InterSystems IRIS release.
type Version struct{ Year, Minor int }

// String prints the release as its tag does, e.g. "2025.1".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Year, v.Minor) }

// Before reports whether v is older than year.minor.
func (v Version) Before(year, minor int) bool {
	return v.Year < year || v.Year == year && v.Minor < minor
}

// Supported reports whether labs of this release can be made: images from
// 2020.1 on run as irisowner and merge a file at start.
func (v Version) Supported() bool { return !v.Before(2020, 1) }

// WebServer reports whether a member has a web server of its own on port 52773:
// licensed images lost it in 2023.2 (GCGI, release notes).
func (v Version) WebServer() bool { return v.Before(2023, 2) }

// Actions reports whether a merge file may hold an [Actions] section. Releases
// before 2022.1 get everything that is more than a parameter from
// after-start.sh, which works in all of them.
func (v Version) Actions() bool { return !v.Before(2022, 1) }

// AgentFirst reports whether the ISCAgent must be started before IRIS by whoever
// uses the image: iris-main has been seen to do it from 2021 on.
func (v Version) AgentFirst() bool { return v.Before(2021, 1) }

// OwnAgent reports whether iris-main is sure to start the ISCAgent; labs of
// before 2022.1 have been seen to start it themselves.
func (v Version) OwnAgent() bool { return !v.Before(2022, 1) }

// LongPasswordHash reports whether [Startup] PasswordHash has four fields, with
// work factor and algorithm; before 2022.1 it is hash and salt.
func (v Version) LongPasswordHash() bool { return !v.Before(2022, 1) }

// CapabilityCheck reports whether iris-main looks for Linux capabilities that
// Docker from 20.10.14 on grants no user but root, and refuses to start without
// them: images of 2021 and 2022. Earlier ones have no option that stops it.
func (v Version) CapabilityCheck() bool { return !v.Before(2021, 1) && v.Before(2023, 1) }

// OwnInit reports whether the image of IRIS brings its own init process.
func (v Version) OwnInit() bool { return !v.Before(2026, 1) }

// ConfigMirror reports whether the ConfigMirror action has been seen to declare
// members (from 2023.2 on), reporting asyncs among them (documented for 2025.2).
func (v Version) ConfigMirror(reporting bool) bool {
	if reporting {
		return !v.Before(2025, 2)
	}
	return !v.Before(2023, 2)
}

// GatewayFiles reports whether the Web Gateway's image takes its configuration
// from ISC_CSP_INI_FILE and ISC_CSP_CONF_FILE: not seen before 2022.1.
func (v Version) GatewayFiles() bool { return !v.Before(2022, 1) }
