/** A receiver in PHP 7.4 or later, with its standard library. */
export const PHP = `$body = file_get_contents('php://input'); // not $_POST
$id = $_SERVER['HTTP_SVIX_ID'] ?? '';
$sent = $_SERVER['HTTP_SVIX_TIMESTAMP'] ?? '';
$given = explode(' ', $_SERVER['HTTP_SVIX_SIGNATURE'] ?? '');
$secret = explode('_', getenv('OPTIPICK_WEBHOOK_SECRET'));
$key = base64_decode($secret[1] ?? '');
$digest = hash_hmac('sha256', "$id.$sent.$body", $key, true);
$right = 'v1,' . base64_encode($digest);
$match = array_filter($given, fn ($each) => hash_equals($right, $each));
$verified = $key && $match && abs(time() - (int) $sent) <= 300;
http_response_code($verified ? 204 : 400);`;
