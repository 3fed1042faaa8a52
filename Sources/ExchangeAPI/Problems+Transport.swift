internal import HTTPTypes
internal import NIOHTTP1

// MARK: What is wrong before anybody looks at what is asked

extension Problem {
    static let badRequest = Problem(
        .badRequest,
        "bad-request",
        Wording("Not HTTP", "不是有效的 HTTP"),
        Wording("What came is no request of HTTP/1.1 (RFC 9112).", "收到的内容不是 HTTP/1.1 请求（RFC 9112）。")
    )
    static let badHost = Problem(
        .badRequest,
        "bad-host",
        Wording("Bad host", "Host 有误"),
        Wording("A request names the host that it is for, once: Host: name.", "请求须以 Host 指明主机，且仅一次。")
    )
    static let badTarget = Problem(
        .badRequest,
        "bad-target",
        Wording("Bad target", "请求目标有误"),
        Wording(
            "A request's target is a path of this exchange; what names another host is not passed on.",
            "请求目标须为本平台的路径；指向其他主机的请求不予转发。"
        )
    )
    static let badFraming = Problem(
        .badRequest,
        "bad-framing",
        Wording("Unclear end of the request", "请求的结尾不明确"),
        Wording(
            "A body comes with one Content-Length or, in HTTP/1.1, with Transfer-Encoding: chunked, not with both.",
            "请求正文须带一个 Content-Length，或在 HTTP/1.1 中用 Transfer-Encoding: chunked，二者不可并用。"
        )
    )
    static let expectation = Problem(
        .expectationFailed,
        "expectation",
        Wording("Expectation not met", "无法满足 Expect"),
        Wording("Only Expect: 100-continue is understood.", "只支持 Expect: 100-continue。")
    )
    static let largeHead = Problem(
        .requestHeaderFieldsTooLarge,
        "large-head",
        Wording("Head too large", "请求头过大"),
        Wording("The request line and its fields are too long or too many.", "请求行与字段过长或过多。")
    )
    static let slow = Problem(
        .requestTimeout,
        "slow-request",
        Wording("Too slow", "请求过慢"),
        Wording("The request did not come in time; send it again, whole.", "请求未能及时到齐，请重新完整发送。")
    )
    static let version = Problem(
        .badRequest,
        "bad-version",
        Wording("Version not supported", "不支持此版本"),
        Wording("HTTP/1.1 and HTTP/1.0 are spoken here.", "此处支持 HTTP/1.1 与 HTTP/1.0。")
    )
    static let coded = Problem(
        .unsupportedMediaType,
        "content-coding",
        Wording("Coded body", "不支持压缩的请求正文"),
        Wording("Send the body as it is, without Content-Encoding.", "请直接发送正文，不要使用 Content-Encoding。"),
        headers: [.acceptEncoding: "identity"]
    )

    /// What the parser of HTTP/1 objects to.
    init(_ error: HTTPParserError) {
        switch error {
        case .headerOverflow: self = .largeHead
        case .invalidVersion: self = .version
        case .invalidContentLength, .unexpectedContentLength, .invalidChunkSize: self = .badFraming
        default: self = .badRequest
        }
    }
}
