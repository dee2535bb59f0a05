package iris

import "testing"

// Published hashes of the password SYS, of today and of before 2022.1.
func TestPasswordHash(t *testing.T) {
	for name, hash := range map[string]string{
		"SHA-512": "34e80d2f1ad5135679b3a57a9c4b1611a8a8995e0849ebe954ac1c16ad253d0274296985fea058a8aaf2a149b8808259" +
			"5e6374b3c2f7d5f0774f05e4311ba52d," +
			"124e81ee6bf17fcaf0dfb38a4f8a7f46e9e4b0c8c9a40864bb189d4d200b161b1451874efcbed63b801cbab592434b93" +
			"037e90810d96e4ee123ac03b756779e9,10000,SHA512",
		"SHA-1": "FBFE8593AEFA510C27FD184738D6E865A441DE98,u4ocm4qh",
	} {
		u := user{Hash: hash}
		if !u.matches("SYS") || u.matches("sys") {
			t.Errorf("%s: SYS %v, sys %v", name, u.matches("SYS"), u.matches("sys"))
		}
	}
}
