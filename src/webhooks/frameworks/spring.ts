/** A receiver on Spring MVC, with the standard library of Java. */
export const SPRING = `@PostMapping("/webhook")
ResponseEntity<Void> webhook(@RequestBody byte[] body,
        @RequestHeader("svix-id") String id,
        @RequestHeader("svix-timestamp") String sent,
        @RequestHeader("svix-signature") String given) throws Exception {
    String secret = System.getenv("OPTIPICK_WEBHOOK_SECRET").split("_")[1];
    Mac mac = Mac.getInstance("HmacSHA256");
    byte[] key = Base64.getDecoder().decode(secret);
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update((id + "." + sent + ".").getBytes(UTF_8));
    String digest = Base64.getEncoder().encodeToString(mac.doFinal(body));
    byte[] right = ("v1," + digest).getBytes(UTF_8);
    boolean match = Arrays.stream(given.split(" ")).map(String::getBytes)
            .anyMatch(each -> MessageDigest.isEqual(right, each));
    long now = Instant.now().getEpochSecond();
    boolean verified = match && Math.abs(now - Long.parseLong(sent)) <= 300;
    return ResponseEntity.status(verified ? 204 : 400).build();
}`;
