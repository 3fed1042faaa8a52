internal import Compression
internal import HTTPTypes

/// Compresses answers for those who ask for it (RFC 9110 §8.4): JSON and text of some size, whole.
///
/// Not coded are signed documents, so that the bytes and their digest are the same for everybody; the signed plain form,
/// whose `Content-Digest` would be another one under the signature; events, which must not wait for each other; and
/// answers that hold a secret (BREACH needs one beside text of the attacker's; our clients send no cookies, so that
/// nobody can make them ask, but it costs nothing).
enum ContentCoding {
    /// Shorter answers fit into a packet as they are.
    static let least = 1024
    private static let level = 4
    private static let suffix = "-gzip\""

    /// What `If-None-Match` says of answers before they are coded: a tag of ours without its coding means the same.
    static func withoutSuffix(_ headers: HTTPFields) -> HTTPFields {
        guard let tags = headers[.ifNoneMatch], tags.contains(suffix) else { return headers }
        var headers = headers
        headers[.ifNoneMatch] = tags + ", " + tags.replacing(suffix, with: "\"")
        return headers
    }

    /// Codes a reply where that is wanted.
    ///
    /// - Parameters:
    ///   - reply: what is answered; its journaled form stays as it was.
    ///   - headers: the request's.
    /// - Throws: ``CompressionError`` where there is no memory.
    static func apply(to reply: inout Reply, _ headers: HTTPFields) throws {
        if reply.status == .notModified {
            // The same tag as with the answer that it stands for.
            if let tag = reply.headers[.eTag], headers[.ifNoneMatch]?.contains(coded(tag)) ?? false {
                reply.headers[.eTag] = coded(tag)
                vary(&reply)
            }
            return
        }
        guard isCodable(reply) else { return }
        vary(&reply)
        guard accepts(headers[.acceptEncoding]), let bytes = reply.bytes, bytes.count >= least else { return }
        let shorter = try Gzip.compress(bytes, level: level)
        guard shorter.count < bytes.count else { return }
        reply.body = .bytes(shorter)
        reply.headers[.contentEncoding] = "gzip"
        if let tag = reply.headers[.eTag] { reply.headers[.eTag] = coded(tag) }
    }

    private static func isCodable(_ reply: Reply) -> Bool {
        reply.headers[.contentDigest] == nil && !reply.isSecret && reply.bytes != nil
            && isText(reply.headers[.contentType] ?? "")
    }

    private static func vary(_ reply: inout Reply) {
        reply.headers[.vary] = reply.headers[.vary].map { $0 + ", Accept-Encoding" } ?? "Accept-Encoding"
    }

    private static func isText(_ type: String) -> Bool {
        let name = type.prefix { $0 != ";" }.lowercased()
        guard !name.contains("jose") else { return false }
        return name.hasPrefix("text/") || name == "application/json" || name.hasSuffix("+json")
    }

    /// A strong tag means these very bytes (RFC 9110 §8.8.1).
    private static func coded(_ tag: String) -> String {
        tag.hasPrefix("W/") || tag.hasSuffix(suffix) ? tag : String(tag.dropLast()) + suffix
    }

    /// Whether gzip may be used (RFC 9110 §12.5.3): named, or by `*`, with a weight above nothing.
    static func accepts(_ field: String?) -> Bool {
        var (named, any): (Bool?, Bool?) = (nil, nil)
        for range in field?.split(separator: ",").prefix(32) ?? [] {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            switch parts.first {
            case "gzip", "x-gzip": named = weight > 0
            case "*": any = weight > 0
            default: break
            }
        }
        return named ?? any ?? false
    }
}
