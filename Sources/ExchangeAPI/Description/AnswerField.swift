internal import Access
internal import CanonicalJSON

/// A field of an answer, as it is described.
struct AnswerField: Sendable {
    let text: Problem.Wording
    var pattern: String?

    var json: JSONValue {
        var schema: [String: JSONValue] = ["type": .string("string")]
        if let pattern { schema["pattern"] = .string(pattern) }
        return .object(["description": .string(text.both), "schema": .object(schema)])
    }

    /// Of a field of this name; a required one is described in place, since a reference has no other members.
    static func reference(_ name: String, _ isRequired: Bool) -> JSONValue {
        guard isRequired, case .object(var members) = all[name]?.json ?? .object([:]) else {
            return .object(["$ref": .string("#/components/headers/\(name)")])
        }
        members["required"] = .bool(true)
        return .object(members)
    }

    private init(_ english: String, _ chinese: String, _ pattern: String? = nil) {
        text = Problem.Wording(english, chinese)
        self.pattern = pattern
    }

    /// By name.
    static let all: [String: AnswerField] = [
        "Suixin-Query": AnswerField(
            "the query's id: under it the journal has it, and its evidence is asked for",
            "查询编号：日志以此记录，存证以此取得",
            "^q[0-9a-hjkmnp-tv-z]{26}$"
        ),
        "Suixin-Status": AnswerField(
            "the digest of the status as of which is answered",
            "答复所依据的来源状态的摘要",
            "^sha256:[0-9a-f]{64}$"
        ),
        "Suixin-Proof": AnswerField(
            "the paths from that status' root to what is answered (RFC 9651)",
            "从该状态的树根到答复内容的路径（RFC 9651）"
        ),
        "X-Content-Type-Options": AnswerField("nosniff", "nosniff", "^nosniff$"),
        "ETag": AnswerField("what this answer is known by (RFC 9110)", "本答复的标识（RFC 9110）", "^(W/)?\".+\"$"),
        "Content-Location": AnswerField("under which id it is found", "以编号表示的位置", "^/v1/"),
        "Location": AnswerField("where it is", "位置", "^/"),
        "RateLimit": AnswerField("what is left of the client's limits", "调用方剩余额度"),
        "RateLimit-Policy": AnswerField("the client's limits", "调用方的额度"),
        "Retry-After": AnswerField("seconds until it is worth asking again", "多少秒后可重试", "^[0-9]+$"),
        "WWW-Authenticate": AnswerField("how to show who asks (RFC 6750)", "如何出示身份（RFC 6750）"),
        "Content-Digest": AnswerField("SHA-256 of the body (RFC 9530)", "正文的 SHA-256（RFC 9530）", "^sha-256=:"),
        "Signature-Input": AnswerField("what is signed (RFC 9421)", "签名范围（RFC 9421）", "^suixin="),
        "Signature": AnswerField("the answer's signature (RFC 9421)", "答复签名（RFC 9421）", "^suixin=:"),
        "Accept-Ranges": AnswerField("bytes", "bytes", "^bytes$"),
        "Content-Range": AnswerField("which part it is (RFC 9110)", "所给的部分（RFC 9110）", "^bytes "),
        "Repr-Digest": AnswerField("SHA-256 of the whole file (RFC 9530)", "整个文件的 SHA-256（RFC 9530）", "^sha-256=:"),
        "Deprecation": AnswerField("since when it should not be used (RFC 9745)", "弃用时刻（RFC 9745）", "^@-?[0-9]+$"),
        "Sunset": AnswerField("when it will be gone (RFC 8594)", "停用时刻（RFC 8594）", "GMT$"),
        "Content-Security-Policy": AnswerField("nothing but the page's own style", "仅允许页面自身样式"),
    ]

    /// Why is asked.
    static let purpose = EndpointDescription.Parameter(
        "Suixin-Purpose",
        "why is asked",
        "查询用途",
        ParameterSchema.choice(Purpose.all.map(\.name)),
        isRequired: true,
        example: "merchant-onboarding"
    ).json(in: "header")

    /// Of problems and of the page.
    static let language = EndpointDescription.Parameter(
        "Accept-Language",
        "Chinese or English, of whatever people read",
        "面向读者的文字用中文或英文",
        ParameterSchema.field,
        example: "zh-CN"
    ).json(in: "header")
}
