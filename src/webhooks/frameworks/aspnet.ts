/** A receiver on ASP.NET Core (.NET 6 or later), with the standard library. */
export const ASPNET = `app.MapPost("/webhook", async (HttpRequest request) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    var secret = Environment.GetEnvironmentVariable("OPTIPICK_WEBHOOK_SECRET")!;
    var key = Convert.FromBase64String(secret.Split('_')[1]);
    var sent = request.Headers["svix-timestamp"].ToString();
    var head = Encoding.UTF8.GetBytes($"{request.Headers["svix-id"]}.{sent}.");
    var digest = HMACSHA256.HashData(key, head.Concat(body.ToArray()).ToArray());
    var right = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(digest));
    var match = request.Headers["svix-signature"].ToString().Split(' ').Any(each =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(each), right));
    var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    var verified = match && Math.Abs(now - long.Parse(sent)) <= 300;
    return verified ? Results.NoContent() : Results.BadRequest();
});`;
