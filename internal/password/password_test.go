package password

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
)

// Published hashes of the password SYS: four fields, and two from before 2022.1.
const (
	long = "34e80d2f1ad5135679b3a57a9c4b1611a8a8995e0849ebe954ac1c16ad253d02" +
		"74296985fea058a8aaf2a149b88082595e6374b3c2f7d5f0774f05e4311ba52d," +
		"124e81ee6bf17fcaf0dfb38a4f8a7f46e9e4b0c8c9a40864bb189d4d200b161b" +
		"1451874efcbed63b801cbab592434b93037e90810d96e4ee123ac03b756779e9,10000,SHA512"
	short = "FBFE8593AEFA510C27FD184738D6E865A441DE98,u4ocm4qh"
)

// The published salt gives the published hash.
func TestHashVectors(t *testing.T) {
	salt, err := hex.DecodeString(strings.Split(long, ",")[1])
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Hash("SYS", false, bytes.NewReader(salt)); err != nil || got != long {
		t.Errorf("Hash is %q, %v, want %q", got, err, long)
	}
	var letters []byte
	for _, c := range strings.Split(short, ",")[1] {
		letters = append(letters, byte(strings.IndexRune(shortAlphabet, c)))
	}
	// 252 to 255 are passed over.
	if got, err := Hash("SYS", true, bytes.NewReader(append([]byte{255, 252}, letters...))); err != nil ||
		got != short {
		t.Errorf("the short Hash is %q, %v, want %q", got, err, short)
	}
}

func TestMatches(t *testing.T) {
	for _, hash := range []string{long, short} {
		if !Matches(hash, "SYS") || Matches(hash, "sys") || Matches(hash, "") {
			t.Errorf("%s does not match SYS alone", hash)
		}
	}
	for _, hash := range []string{
		"", "SYS", ",", ",,,", "a,b,c", long + ",x", strings.Replace(long, "SHA512", "SHA1", 1),
		strings.Replace(long, "10000", "0", 1), strings.Replace(long, "10000", "many", 1), strings.Replace(long, ",1",
			",x", 1),
	} {
		if Matches(hash, "SYS") {
			t.Errorf("%q matches", hash)
		}
	}
}

// Every hash has a salt of its own, and matches its password, whatever that is made of.
func TestHashRandom(t *testing.T) {
	forms := map[bool]*regexp.Regexp{
		false: regexp.MustCompile(`^[0-9a-f]{128},[0-9a-f]{128},10000,SHA512$`),
		true:  regexp.MustCompile(`^[0-9A-F]{40},[a-z0-9]{8}$`),
	}
	for _, password := range []string{"SYS", "a long one, with spaces", "パスワード", "\"$`\\"} {
		for isShort, form := range forms {
			one, err := Hash(password, isShort, rand.Reader)
			if err != nil || !form.MatchString(one) || !Matches(one, password) {
				t.Errorf("Hash of %q is %q, %v", password, one, err)
			}
			if other, _ := Hash(password, isShort, rand.Reader); other == one {
				t.Errorf("two hashes of %q are equal", password)
			}
		}
	}
}

func TestHashWithoutRandomness(t *testing.T) {
	broken := errors.New("broken")
	for _, isShort := range []bool{false, true} {
		if hash, err := Hash("x", isShort, iotest.ErrReader(broken)); !errors.Is(err, broken) || hash != "" {
			t.Errorf("Hash is %q, %v", hash, err)
		}
	}
}
