internal import Access
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Watches

/// What is answered, and what the journal keeps of it.
struct Reply {
    enum Body {
        case none
        case bytes([UInt8])
        /// Written as it is worked out; what it tells is journaled by itself.
        case stream(ResponseBody)
    }

    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: Body
    /// Whom it is about.
    var asked: [AskedFor] = []
    /// The sections that it shows; nil for all.
    var sections: [String]?
    /// Whether it tells a key or a token: such an answer is never compressed.
    var isSecret = false
    /// The document that it gives.
    var document: Document = .none
    /// Why nothing was told, for the journal; nil where something was, or there was nothing to tell.
    var refusal: String?
    /// The secret that its body shows this one time: not in it yet, so that it is kept nowhere with it.
    var secret: KeptAnswer.SecretName?

    /// A document, for the journal.
    enum Document {
        case none
        /// As the credit store keeps it.
        case stored(SignedProfile, DocumentForm)
        /// Kept by nobody else.
        case kept(version: String?, DocumentForm)
    }

    init(status: HTTPResponse.Status = .ok, headers: HTTPFields, body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Reply {
        var headers = headers
        headers[.contentType] = headers[.contentType] ?? "application/json"
        headers[.cacheControl] = headers[.cacheControl] ?? "no-store"
        return Reply(status: status, headers: headers, body: .bytes(bytes))
    }

    static func text(_ text: String) -> Reply {
        Reply(
            headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: .bytes(Array((text + "\n").utf8))
        )
    }

    /// The same, and never compressed: it tells a key or a token.
    var uncompressed: Reply {
        var reply = self
        reply.isSecret = true
        return reply
    }

    var bytes: [UInt8]? { if case .bytes(let bytes) = body { bytes } else { nil } }

    func response(isHead: Bool) -> Response {
        let response =
            switch body {
            case .none: Response(status: status, headers: headers)
            case .bytes(let bytes):
                Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
            case .stream(let body): Response(status: status, headers: headers, body: body)
            }
        return isHead ? response.createHeadResponse() : response
    }
}
