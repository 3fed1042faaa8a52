internal import CanonicalJSON

extension EndpointDescription {
    /// What anybody may ask: whether the exchange is there, and what an answer is checked with.
    static let open: [String: EndpointDescription] = [
        "alive": EndpointDescription(
            title: .init("Whether the process runs", "进程是否在运行"),
            answers: [Answer(200, "It runs.", "在运行。", [text])]
        ),
        "ready": EndpointDescription(
            title: .init("Whether questions can be answered", "能否答复查询"),
            text: .init("The store and the keys can be read.", "数据与密钥均可读取。"),
            answers: [Answer(200, "It can answer.", "可以答复。", [text])],
            problems: [.unready([])]
        ),
        "freshness": EndpointDescription(
            title: .init("How fresh each source is", "各来源的新鲜程度"),
            text: .init(
                "Read from the signed status. Late data makes no node unready.",
                "取自签名状态；数据逾期不影响节点就绪。"
            ),
            answers: [Answer(200, "Each source.", "各来源。", json("Freshness"), fields: ["Suixin-Status"])],
            problems: [.notYet]
        ),
        "sources": EndpointDescription(
            title: .init("The signed status of the sources", "各来源的签名状态"),
            text: .init(
                "How complete and how fresh each source is, and the root of the hash tree by which an answer is shown to be "
                    + "current. It expires two hours after it was signed.",
                "各来源的完整程度与新鲜程度，以及证明答复为现行的哈希树根；签发两小时后失效。"
            ),
            fields: [signedForm, ifNoneMatch],
            answers: [
                Answer(200, "The status.", "状态文书。", signed("status"), fields: ["ETag", "Suixin-Status"]),
                notModified(["Suixin-Status"]),
            ],
            problems: [.notYet]
        ),
        "status": EndpointDescription(
            title: .init("A status of any time", "任一时刻的状态"),
            text: .init("By the digest that an answer named in Suixin-Status.", "按答复所载 Suixin-Status 的摘要取得。"),
            path: [
                Parameter(
                    "digest",
                    "sha256: and 64 hexadecimal digits",
                    "sha256: 加 64 位十六进制数字",
                    ParameterSchema.text(longest: 71, pattern: "^sha256:[0-9a-f]{64}$"),
                    isRequired: true,
                    example: "sha256:" + String(repeating: "0", count: 64)
                )
            ],
            fields: [signedForm, ifNoneMatch],
            answers: [
                Answer(200, "The status.", "状态文书。", signed("status"), fields: ["ETag", "Suixin-Status"]),
                notModified(["Suixin-Status"]),
            ],
            problems: [.noSuchPath]
        ),
        "keys": EndpointDescription(
            title: .init("The public keys", "公钥集"),
            text: .init(
                "Retired ones, too: what they signed stays verifiable (RFC 7517).",
                "含已停用的密钥：其签名仍可验证（RFC 7517）。"
            ),
            answers: [
                Answer(200, "The key set.", "密钥集。", [("application/jwk-set+json", ParameterSchema.named("KeySet"))])
            ]
        ),
        "metadata": EndpointDescription(
            title: .init("How to get a token", "如何取得令牌"),
            text: .init("Authorization server metadata (RFC 8414).", "授权服务器元数据（RFC 8414）。"),
            answers: [Answer(200, "The metadata.", "元数据。", json("ServerMetadata"))]
        ),
        "token": EndpointDescription(
            title: .init("An access token", "访问令牌"),
            text: .init(
                "OAuth 2.0 client credentials (RFC 6749 §4.4), by client_secret_basic, client_secret_post or private_key_jwt.",
                "OAuth 2.0 客户端凭据（RFC 6749 §4.4）：client_secret_basic、client_secret_post 或 private_key_jwt。"
            ),
            fields: [
                Parameter(
                    "Authorization",
                    "client_secret_basic, where the client shows itself so",
                    "以 client_secret_basic 出示身份时使用",
                    ParameterSchema.field
                )
            ],
            body: Body(schema: "TokenRequest", example: "grant_type=client_credentials&scope=enterprises:read"),
            answers: [
                Answer(200, "A token.", "令牌。", json("Token")),
                Answer(
                    400,
                    "Refused (RFC 6749 §5.2), or a problem.",
                    "拒绝（RFC 6749 §5.2），或问题说明。",
                    json("TokenRefusal")
                ),
                Answer(
                    401,
                    "Who asks is not known.",
                    "未能确认客户端身份。",
                    json("TokenRefusal"),
                    fields: ["WWW-Authenticate"]
                ),
            ],
            problems: [.tooMany(after: 0), .tooManyFailures(after: 0)]
        ),
        "openapi": EndpointDescription(
            title: .init("This description", "本说明"),
            text: .init("OpenAPI 3.1 in JSON.", "OpenAPI 3.1（JSON）。"),
            fields: [ifNoneMatch],
            answers: [
                Answer(200, "The description.", "说明。", json("AnyObject"), fields: ["ETag"]), notModified(),
            ]
        ),
        "docs": EndpointDescription(
            title: .init("The description for people", "面向读者的说明"),
            text: .init("One page without scripts, in Chinese or English.", "单页，无脚本，中文或英文。"),
            query: [
                Parameter("lang", "the page's language", "页面语言", ParameterSchema.choice(["zh", "en"]), example: "zh")
            ],
            fields: [ifNoneMatch],
            answers: [
                Answer(
                    200,
                    "The page.",
                    "页面。",
                    [("text/html", .object(["type": .string("string")]))],
                    fields: ["ETag", "Content-Security-Policy"]
                ), notModified(),
            ]
        ),
    ]

    private static let text = (type: "text/plain", schema: JSONValue.object(["type": .string("string")]))
}

// MARK: What several descriptions say

extension EndpointDescription {
    static func json(_ schema: String) -> [(type: String, schema: JSONValue)] {
        [("application/json", ParameterSchema.named(schema))]
    }

    /// A signed document in both forms; what its payload is, is told by `typ`.
    static func signed(_ kind: String) -> [(type: String, schema: JSONValue)] {
        [
            ("application/jose+json", ParameterSchema.named("SignedDocument")),
            ("application/jose", ParameterSchema.named("CompactDocument")),
        ]
    }

    static func notModified(_ fields: [String] = []) -> Answer {
        Answer(304, "What the caller has is still it.", "调用方已有的即为现行。", fields: ["ETag"] + fields)
    }

    static let ifNoneMatch = Parameter(
        "If-None-Match",
        "the ETag of what the caller has",
        "调用方已有文书的 ETag",
        ParameterSchema.field
    )
    static let signedForm = Parameter(
        "Accept",
        "application/jose+json (default) or application/jose",
        "application/jose+json（默认）或 application/jose",
        ParameterSchema.field
    )
    static let anyForm = Parameter(
        "Accept",
        "application/jose+json (default), application/jose, or application/json to be read as it is",
        "application/jose+json（默认）、application/jose，或可直接阅读的 application/json",
        ParameterSchema.field
    )
    static let evidence = Parameter(
        "Suixin-Evidence",
        "sent by whoever wants the query on the disk before it is answered",
        "要求先落盘、后答复时发送",
        ParameterSchema.field,
        example: "1"
    )
    static let sections = Parameter(
        "sections",
        "the sections to be shown, joined by commas; all that were granted where it is not there",
        "所要的分项，以逗号相连；不写时为获授权的全部分项",
        ParameterSchema.text(longest: 400, pattern: "^[a-z]+(,[a-z]+)*$"),
        example: "registration,tax"
    )
    static func limit(_ most: Int64, _ value: Int64) -> Parameter {
        Parameter("limit", "how many at most", "至多多少条", ParameterSchema.whole(1...most, default: value))
    }
}
