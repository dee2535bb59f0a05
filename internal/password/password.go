// Package password has the hashes that InterSystems IRIS keeps of passwords, as CPF
// [Startup] PasswordHash and the merge action CreateUser take them.
package password

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	// rounds is the work factor that the passwordhash image of InterSystems uses.
	rounds = 10000
	// saltLength is the number of bytes of that image's salts.
	saltLength = 64
	hashLength = 64

	// The short form, of releases before 2022.1: HMAC-SHA1 with a salt that is used as it is
	// written (recomputed from published hashes).
	shortRounds     = 1024
	shortSaltLength = 8
	shortHashLength = 20
	shortAlphabet   = "abcdefghijklmnopqrstuvwxyz0123456789"
)

// Hash returns the hash of a password as "hash,salt,10000,SHA512": PBKDF2 with HMAC-SHA512 over
// 10,000 rounds and a salt of 64 bytes, both in lower-case hexadecimal. Where short is set it
// returns "hash,salt", the form of releases before 2022.1. The salt comes from random, and an
// error is that of reading it.
func Hash(password string, short bool, random io.Reader) (string, error) {
	if short {
		return hashShort(password, random)
	}
	salt := make([]byte, saltLength)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	key, err := pbkdf2.Key(sha512.New, password, salt, rounds, hashLength)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%x,%x,%d,SHA512", key, salt, rounds), nil
}

func hashShort(password string, random io.Reader) (string, error) {
	salt := make([]byte, 0, shortSaltLength)
	for b := make([]byte, 1); len(salt) < shortSaltLength; {
		if _, err := io.ReadFull(random, b); err != nil {
			return "", fmt.Errorf("salt: %w", err)
		}
		// 252 is the largest multiple of 36 in a byte: every letter is equally likely.
		if b[0] < 252 {
			salt = append(salt, shortAlphabet[int(b[0])%len(shortAlphabet)])
		}
	}
	key, err := pbkdf2.Key(sha1.New, password, salt, shortRounds, shortHashLength)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%X,%s", key, salt), nil
}

// Matches reports whether the hash, in either form, is that of the password. A hash in any
// other form matches none.
func Matches(hash, password string) bool {
	fields := strings.Split(hash, ",")
	switch len(fields) {
	case 2:
		key, err := pbkdf2.Key(sha1.New, password, []byte(fields[1]), shortRounds, shortHashLength)
		return err == nil && strings.EqualFold(hex.EncodeToString(key), fields[0])
	case 4:
		n, err := strconv.Atoi(fields[2])
		if err != nil || n < 1 || fields[3] != "SHA512" {
			return false
		}
		salt, err := hex.DecodeString(fields[1])
		if err != nil {
			return false
		}
		key, err := pbkdf2.Key(sha512.New, password, salt, n, hashLength)
		return err == nil && strings.EqualFold(hex.EncodeToString(key), fields[0])
	}
	return false
}
