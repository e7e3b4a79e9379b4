/** Receivers in Python, with its standard library. */
const VERIFIES = `import base64, hmac, os, time

SECRET = os.environ["OPTIPICK_WEBHOOK_SECRET"]
KEY = base64.b64decode(SECRET.split("_")[1])

def verifies(headers, body):
    names = ("svix-id", "svix-timestamp", "svix-signature")
    id, sent, given = (headers.get(name, "") for name in names)
    signed = f"{id}.{sent}.".encode() + body
    digest = hmac.digest(KEY, signed, "sha256")
    right = b"v1," + base64.b64encode(digest)
    entries = given.encode().split()
    match = any(hmac.compare_digest(right, each) for each in entries)
    return match and abs(time.time() - int(sent)) <= 300`;

export const FLASK = `${VERIFIES}

@app.post("/webhook")
def webhook():
    verified = verifies(request.headers, request.get_data())
    return "", 204 if verified else 400`;

export const FASTAPI = `${VERIFIES}

@app.post("/webhook")
async def webhook(request: Request):
    verified = verifies(request.headers, await request.body())
    return Response(status_code=204 if verified else 400)`;

export const DJANGO = `${VERIFIES}

@csrf_exempt
def webhook(request):
    verified = verifies(request.headers, request.body)
    return HttpResponse(status=204 if verified else 400)`;
