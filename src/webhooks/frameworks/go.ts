/** A receiver in Go, with its standard library. */
export const GO = `func webhook(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	secret := os.Getenv("OPTIPICK_WEBHOOK_SECRET")
	key, err := base64.StdEncoding.DecodeString(strings.Split(secret, "_")[1])
	id, sent := r.Header.Get("svix-id"), r.Header.Get("svix-timestamp")
	mac := hmac.New(sha256.New, key)
	mac.Write(append([]byte(id+"."+sent+"."), body...))
	right := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	seconds, _ := strconv.ParseInt(sent, 10, 64)
	fresh := time.Since(time.Unix(seconds, 0)).Abs() <= 5*time.Minute
	for _, each := range strings.Fields(r.Header.Get("svix-signature")) {
		if err == nil && fresh && hmac.Equal([]byte(each), []byte(right)) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	w.WriteHeader(http.StatusBadRequest)
}`;
