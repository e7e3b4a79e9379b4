/** A receiver on Rails, with the standard library of Ruby. */
export const RAILS = `class WebhooksController < ActionController::API
  SECRET = ENV.fetch("OPTIPICK_WEBHOOK_SECRET").split("_").fetch(1)

  def create
    id, sent, given = %w[id timestamp signature].map do |name|
      request.headers["svix-#{name}"].to_s
    end
    key = Base64.strict_decode64(SECRET)
    signed = "#{id}.#{sent}.".b + request.raw_post
    digest = OpenSSL::HMAC.digest("SHA256", key, signed)
    right = "v1,#{Base64.strict_encode64(digest)}"
    match = given.split.any? do |each|
      ActiveSupport::SecurityUtils.secure_compare(right, each)
    end
    verified = match && (Time.now.to_i - sent.to_i).abs <= 300
    head(verified ? :no_content : :bad_request)
  end
end`;
