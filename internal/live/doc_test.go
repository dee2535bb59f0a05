// Package live_test runs the real HAProxy and nginx with the configuration that mirrorgen
// generates, against simulated members and Web Gateways on loopback addresses, breaks
// things, and measures what clients see.
//
// Its tests need Linux, where all of 127.0.0.0/8 is at hand, and neither root nor Docker.
// docs/load-balancing.md has the figures, and says which test proves what.
package live_test
