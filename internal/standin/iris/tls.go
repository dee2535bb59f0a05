package iris

import (
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mirrorgen/internal/standin/objectscript"
	"mirrorgen/internal/standin/wire"
)

// Names of TLS configurations (Security.SSLConfigs), which the product gives.
const (
	mirrorClient = "%MirrorClient"
	mirrorServer = "%MirrorServer"
	ecpClientTLS = "%ECPClient"
	ecpServerTLS = "%ECPServer"
)

// tlsConfiguration is one of Security.SSLConfigs.
func (i *Instance) tlsConfiguration(name string) (wire.TLS, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	c := i.store.SSLConfigs[name]
	if c == nil {
		return wire.TLS{}, fmt.Errorf("ERROR #988: TLS configuration %s does not exist", name)
	}
	return wire.TLS{CA: c["CAFile"], Certificate: c["CertificateFile"], Key: c["PrivateKeyFile"],
		Verify: c["VerifyPeer"] != "" && c["VerifyPeer"] != "0"}, nil
}

// createTLS is CreateSSLConfig, and UpdateMirrorSSL for a mirror's pair. IRIS looks into the
// files when it connects; the stand-in looks at once, so that a start shows what is wrong.
func (i *Instance) createTLS(name string, values map[string]string) error {
	for _, key := range []string{"CAFile", "CertificateFile", "PrivateKeyFile"} {
		if values[key] == "" {
			return fmt.Errorf("TLS configuration %s has no %s", name, key)
		}
		if _, err := os.ReadFile(values[key]); err != nil {
			return fmt.Errorf("TLS configuration %s: %w", name, err)
		}
	}
	i.change(func(s *store) { s.SSLConfigs[name] = values })
	t, err := i.tlsConfiguration(name)
	if err == nil {
		_, err = t.Name()
	}
	return err
}

// secureMirror makes the pair of configurations with which members talk to each other, and
// returns this member's distinguished name.
func (i *Instance) secureMirror(info map[string]string) (string, error) {
	if info["CAFile"] == "" {
		return "", fmt.Errorf("ERROR #2140: SSLInfo has no CAFile, and the mirror uses TLS")
	}
	for _, c := range []struct{ name, kind, verify string }{{mirrorClient, "0", "1"}, {mirrorServer, "1", "3"}} {
		err := i.createTLS(c.name, map[string]string{"Type": c.kind, "VerifyPeer": c.verify,
			"CAFile": info["CAFile"], "CertificateFile": info["CertificateFile"],
			"PrivateKeyFile": info["PrivateKeyFile"]})
		if err != nil {
			return "", err
		}
	}
	t, err := i.tlsConfiguration(mirrorServer)
	if err != nil {
		return "", err
	}
	return t.Name()
}

// sslInfoKeys are those of SYS.Mirror's SSLInfo.
const sslInfoKeys = " CAFile CertificateFile PrivateKeyFile PrivateKeyPassword PrivateKeyType CRLFile CipherList " +
	"CipherSuites TLSMinVersion TLSMaxVersion "

func checkSSLInfo(info map[string]string) error {
	for key := range info {
		if !strings.Contains(sslInfoKeys, " "+key+" ") {
			return fmt.Errorf("ERROR #2103: unknown key %q of SSLInfo", key)
		}
	}
	if kind := info["PrivateKeyType"]; kind != "" && kind != "2" {
		return fmt.Errorf("ERROR #2141: the stand-in knows RSA keys only (PrivateKeyType 2), not %q", kind)
	}
	return nil
}

// directoryInfo is SSLInfo of ConfigMirror's SSLDir, whose files have fixed names.
func directoryInfo(directory string) map[string]string {
	if directory == "" {
		return nil
	}
	return map[string]string{
		"CAFile":          filepath.Join(directory, "CAFile.pem"),
		"CertificateFile": filepath.Join(directory, "CertificateFile.pem"),
		"PrivateKeyFile":  filepath.Join(directory, "PrivateKeyFile.pem"),
	}
}

// A caller is who has connected to the superserver.
type caller struct {
	secured bool   // with TLS
	purpose string // of the TLS configuration
	name    string // distinguished name of its certificate, "" for none
}

// accept waits for what the other side says first, and does the handshake of TLS where that
// begins one.
func (i *Instance) accept(c net.Conn) (net.Conn, caller, error) {
	c, secured, err := wire.Sniff(c)
	if err != nil || !secured {
		return c, caller{}, err
	}
	from := caller{secured: true}
	conn, purpose, name, err := wire.Server(c, i.chooseTLS, 10*time.Second)
	if err != nil {
		i.Say("superserver: %s: %v", c.RemoteAddr(), err)
		return nil, from, err
	}
	from.purpose, from.name = purpose, name
	return conn, from, nil
}

// chooseTLS is the server's configuration for a purpose.
func (i *Instance) chooseTLS(purpose string) (wire.TLS, error) {
	switch purpose {
	case wire.PurposeMirror:
		return i.tlsConfiguration(mirrorServer)
	case wire.PurposeECP:
		return i.tlsConfiguration(ecpServerTLS)
	}
	level, name := i.superserverTLS()
	if level == "0" {
		return wire.TLS{}, fmt.Errorf("the superserver takes no TLS")
	}
	return i.tlsConfiguration(name)
}

// superserverTLS are SSLSupportLevel and SSLConfig of the superserver.
func (i *Instance) superserverTLS() (level, name string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return orText(i.store.Superserver["SSLSupportLevel"], "0"), i.store.Superserver["SSLConfig"]
}

// needsTLS says why a client without TLS is refused, "" where it is not.
func (i *Instance) needsTLS(from caller) string {
	if level, _ := i.superserverTLS(); level == "2" && !from.secured {
		return "the superserver requires TLS"
	}
	return ""
}

// superserverAddress is the bind address of the system default superserver.
const superserverAddress = "0.0.0.0"

// serversMethods are those of Security.Servers: there is one superserver.
func serversMethods() map[string]method {
	is := func(c call) bool {
		return c.arg(0) == fmt.Sprint(c.i.setting("Startup.DefaultPort")) && c.arg(1) == superserverAddress
	}
	missing := func(c call) (objectscript.Value, error) {
		return status(fmt.Errorf("ERROR #836: server %s:%s does not exist", c.arg(1), c.arg(0)))
	}
	return map[string]method{
		"Exists": func(c call) (objectscript.Value, error) {
			return map[bool]string{true: "1", false: "0"}[is(c)], nil
		},
		"Get": func(c call) (objectscript.Value, error) {
			properties := c.array(2)
			if !is(c) || properties == nil {
				return missing(c)
			}
			level, name := c.i.superserverTLS()
			properties["SSLSupportLevel"], properties["SSLConfig"] = level, name
			return ok, nil
		},
		"Modify": func(c call) (objectscript.Value, error) {
			if !is(c) {
				return missing(c)
			}
			return status(c.i.modifySuperserver(c.array(2)))
		},
	}
}

// modifyServer is the action ModifyServer of the one superserver.
func (i *Instance) modifyServer(values map[string]string) error {
	port, address := values["Port"], values["BindAddress"]
	if port != fmt.Sprint(i.setting("Startup.DefaultPort")) || address != superserverAddress {
		return fmt.Errorf("ERROR #836: server %s:%s does not exist", address, port)
	}
	properties := maps.Clone(values)
	delete(properties, "Port")
	delete(properties, "BindAddress")
	return i.modifySuperserver(properties)
}

func (i *Instance) modifySuperserver(properties map[string]string) error {
	for key := range properties {
		if key != "SSLSupportLevel" && key != "SSLConfig" {
			return fmt.Errorf("ERROR #5802: property %q does not exist", key)
		}
	}
	if level := properties["SSLSupportLevel"]; level == "1" || level == "2" {
		t, err := i.tlsConfiguration(properties["SSLConfig"])
		if err == nil {
			_, err = t.Name()
		}
		if err != nil {
			return err
		}
	}
	i.change(func(s *store) {
		for key, value := range properties {
			s.Superserver[key] = value
		}
	})
	return nil
}

// modifySystem is Security.System.Modify.
func modifySystem(c call) (objectscript.Value, error) {
	if c.arg(0) != "SYSTEM" {
		return status(fmt.Errorf("ERROR #837: the only record is SYSTEM, not %q", c.arg(0)))
	}
	for key, value := range c.array(1) {
		if key != "SSLECPServer" || !slices.Contains([]string{"0", "1", "2"}, value) {
			return status(fmt.Errorf("ERROR #5802: the stand-in does not know %s=%q", key, value))
		}
	}
	c.i.change(func(s *store) { s.Config["Security.SSLECPServer"] = c.array(1)["SSLECPServer"] })
	return ok, nil
}

// authorizeECP is SYS.ECP.AddAuthorizedCN: an application server of that name may connect.
func authorizeECP(c call) (objectscript.Value, error) {
	if c.arg(0) == "" {
		return status(fmt.Errorf("ERROR #838: no name"))
	}
	c.i.change(func(s *store) { s.ECPNames[c.arg(0)] = true })
	return ok, nil
}

// admitsECP says why an application server is refused, "" where it is not.
func (i *Instance) admitsECP(from caller) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch level := i.store.Config["Security.SSLECPServer"]; {
	case level == "2" && (!from.secured || from.purpose != wire.PurposeECP):
		return "ECP requires TLS here (SSLECPServer)"
	case from.purpose == wire.PurposeECP && !i.store.ECPNames[from.name]:
		return "the application server " + from.name + " is not authorized (SYS.ECP, pending)"
	}
	return ""
}
