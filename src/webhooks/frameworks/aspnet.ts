/** A receiver on ASP.NET Core, with the standard library of .NET 6 or later. */
export const ASPNET = `app.MapPost("/webhook", async (HttpRequest request) =>
{
    var id = request.Headers["svix-id"].ToString();
    var sent = request.Headers["svix-timestamp"].ToString();
    var given = request.Headers["svix-signature"].ToString().Split(' ');
    using var signed = new MemoryStream();
    signed.Write(Encoding.UTF8.GetBytes($"{id}.{sent}."));
    await request.Body.CopyToAsync(signed);
    var secret = app.Configuration["OPTIPICK_WEBHOOK_SECRET"]!;
    var key = Convert.FromBase64String(secret.Split('_')[1]);
    var digest = HMACSHA256.HashData(key, signed.ToArray());
    var right = $"v1,{Convert.ToBase64String(digest)}";
    var match = given.Any(each => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(each), Encoding.UTF8.GetBytes(right)));
    var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    var verified = match && Math.Abs(now - long.Parse(sent)) <= 300;
    return verified ? Results.NoContent() : Results.BadRequest();
});`;
