internal import CanonicalJSON
internal import HTTPTypes

// MARK: What is wrong with a request

extension Problem {
    static let noSuchPath = Problem(
        .notFound,
        "no-such-path",
        Wording("No such path", "没有这个路径"),
        Wording("/openapi.json lists the paths of this exchange.", "本平台的路径见 /openapi.json。")
    )
    static let badPath = Problem(
        .badRequest,
        "bad-path",
        Wording("Bad path", "路径有误"),
        Wording(
            "The path is not percent-encoded UTF-8, or holds control characters.",
            "路径不是百分号编码的 UTF-8，或含有控制字符。"
        )
    )
    static let longPath = Problem(
        .uriTooLong,
        "long-path",
        Wording("Path too long", "路径过长"),
        Wording("No path of this exchange is that long.", "本平台没有这么长的路径。")
    )
    static func method(_ allowed: [String]) -> Problem {
        Problem(
            .methodNotAllowed,
            "method-not-allowed",
            Wording("Method not allowed", "不支持此方法"),
            Wording(
                "Only \(allowed.joined(separator: ", ")) are answered here.",
                "此处只支持 \(allowed.joined(separator: "、"))。"
            ),
            headers: [.allow: allowed.joined(separator: ", ")]
        )
    }
    static func parameter(_ names: [String]) -> Problem {
        let list = names.isEmpty ? "no parameters" : names.joined(separator: ", ")
        let chinese = names.isEmpty ? "不接受任何参数" : "只接受参数 \(names.joined(separator: "、"))，每个至多一次"
        return Problem(
            .badRequest,
            "bad-parameter",
            Wording("Bad parameter", "参数有误"),
            Wording("This path takes \(list), each at most once, and nothing else.", "此路径\(chinese)。")
        )
    }
    static func value(_ name: String, _ english: String, _ chinese: String) -> Problem {
        Problem(
            .badRequest,
            "bad-parameter",
            Wording("Bad parameter", "参数有误"),
            Wording("\(name) must be \(english).", "\(name) 必须是\(chinese)。")
        )
    }
    static let badDay = value("asOf", "a day, such as 2018-06-01", "日期，例如 2018-06-01")
    static let badMoment = value(
        "knownAt",
        "a moment, such as 2018-06-01T10:00:00%2B08:00; without a zone it is Shanghai's time",
        "时刻，例如 2018-06-01T10:00:00%2B08:00；未写时区时按上海时间"
    )
    static let future = Problem(
        .badRequest,
        "future",
        Wording("In the future", "时间在将来"),
        Wording(
            "asOf and knownAt must not lie in the future: nothing is known of it.",
            "asOf 和 knownAt 不得在将来：将来的事无从知晓。"
        )
    )
    static func body(_ english: String, _ chinese: String) -> Problem {
        Problem(
            .badRequest,
            "bad-body",
            Wording("Bad body", "请求正文有误"),
            Wording("The body must be \(english).", "请求正文必须是\(chinese)。")
        )
    }
    static func largeBody(_ limit: Int) -> Problem {
        Problem(
            .contentTooLarge,
            "large-body",
            Wording("Body too large", "请求正文过大"),
            Wording("At most \(limit) bytes are read here.", "此处至多读取 \(limit) 字节。")
        )
    }
    static func mediaType(_ type: String) -> Problem {
        Problem(
            .unsupportedMediaType,
            "media-type",
            Wording("Media type not supported", "不支持此媒体类型"),
            Wording("The body must come as \(type).", "请求正文须为 \(type)。")
        )
    }
}

// MARK: Who asks, and how much

extension Problem {
    static func unauthorised(_ challenge: String) -> Problem {
        Problem(
            .unauthorized,
            "unauthorised",
            Wording("Who asks is not known", "未能确认调用方身份"),
            Wording(
                "Send a valid API key or access token: Authorization: Bearer ….",
                "请以 Authorization: Bearer … 提供有效的 API 密钥或访问令牌。"
            ),
            headers: [.wwwAuthenticate: challenge]
        )
    }
    static func scope(_ scope: String) -> Problem {
        Problem(
            .forbidden,
            "scope-missing",
            Wording("Not granted", "未获授权"),
            Wording(
                "This asks for \(scope), which this key or token does not grant.",
                "此请求需要权限 \(scope)，而该密钥或令牌未获授予。"
            ),
            members: ["scope": .string(scope)]
        )
    }
    static func purpose(_ known: [String]) -> Problem {
        Problem(
            .badRequest,
            "purpose-missing",
            Wording("No purpose declared", "未声明查询用途"),
            Wording(
                "Each query declares why it is made: Suixin-Purpose: one of \(known.joined(separator: ", ")).",
                "每次查询须声明用途：Suixin-Purpose，取值之一：\(known.joined(separator: "、"))。"
            ),
            members: ["purposes": .array(known.map { .string($0) })]
        )
    }
    static let purposeDenied = Problem(
        .forbidden,
        "purpose-not-granted",
        Wording("Purpose not granted", "用途未获授权"),
        Wording("This client may not ask for this purpose.", "该调用方不得以此用途查询。")
    )
    static func tooMany(after seconds: Int) -> Problem {
        Problem(
            .tooManyRequests,
            "too-many-requests",
            Wording("Too many requests", "请求过多"),
            Wording(
                "The client's limit is used up; ask again after \(seconds) seconds.",
                "调用方的额度已用完，请在 \(seconds) 秒后重试。"
            ),
            headers: [.retryAfter: "\(seconds)"]
        )
    }
    static let unjournaled = Problem(
        .serviceUnavailable,
        "journal-unavailable",
        Wording("Queries cannot be journaled", "查询日志无法写入"),
        Wording(
            "Nothing is answered unrecorded; ask again in a moment.",
            "未能记录的查询一律不予答复，请稍后重试。"
        ),
        headers: [.retryAfter: "5"]
    )
    static let noEvidence = Problem(
        .notFound,
        "no-evidence",
        Wording("No such evidence", "没有此查询的证据"),
        Wording(
            "This client made no query of that id that was answered with a document.",
            "该调用方没有以此编号查询并得到文书的记录。"
        )
    )
}

// MARK: What is known

extension Problem {
    /// Nothing is known is not the same as nothing to say; records may speak of a code that is nobody's for certain.
    static let unknown = Problem(
        .notFound,
        "unknown-enterprise",
        Wording("Nothing is known", "未查得"),
        Wording(
            "No enterprise is known for certain by this id or code. "
                + "That is no clean record: the status of the sources says what was read, and up to when.",
            "没有可以确认属于此编号或代码的企业。这不等于没有不良记录：各来源读到何时，见来源状态。"
        ),
        members: ["sources": .string("/v1/sources")]
    )
    /// Nothing was known then, whatever is known now.
    static let unknownThen = Problem(
        .notFound,
        "unknown-then",
        Wording("Nothing was known then", "当时未知"),
        Wording(
            "At that moment no enterprise was known for certain by this id or code. That is no clean record.",
            "当时没有可以确认属于此编号或代码的企业。这不等于没有不良记录。"
        )
    )
    static let nothingTrue = Problem(
        .notFound,
        "nothing-true-then",
        Wording("Nothing is known of that day", "该日尚无记录"),
        Wording(
            "The enterprise is known, but everything that is known of it begins only after that day.",
            "企业已知，但关于它的全部记录均始于该日之后。"
        )
    )
    static let notYet = Problem(
        .serviceUnavailable,
        "not-yet-published",
        Wording("Not yet published", "尚未发布"),
        Wording("It is known but not signed yet; ask again in a moment.", "已知但尚未签名，请稍后重试。"),
        headers: [.retryAfter: "10"]
    )
    static let failure = Problem(
        .serviceUnavailable,
        "store-unavailable",
        Wording("The store cannot be read", "数据暂不可读"),
        Wording("The exchange cannot answer at the moment; ask again later.", "平台暂时无法答复，请稍后重试。"),
        headers: [.retryAfter: "30"]
    )
    static let changesGone = Problem(
        .gone,
        "changes-gone",
        Wording("Changes are not kept that far back", "变更记录已不保留"),
        Wording(
            "Begin anew with a snapshot, and go on from the change that its status names.",
            "请重新取得快照，再从其状态所载的变更序号继续。"
        )
    )

    static func moved(to location: String) -> Problem {
        Problem(
            .permanentRedirect,
            "moved",
            Wording("This enterprise has another id now", "该企业已改用其他编号"),
            Wording(
                "Its records were found to belong to the enterprise under this location; the old id redirects for ever.",
                "其记录已确认属于此位置的企业；旧编号将永久转向。"
            ),
            members: ["location": .string(location)],
            headers: [.location: location]
        )
    }

    static func several(_ locations: [String]) -> Problem {
        Problem(
            .multipleChoices,
            "several-enterprises",
            Wording("Several enterprises hold this code", "多家企业持有此代码"),
            Wording(
                "The agencies gave one code to several enterprises; ask for one of them by its id.",
                "登记机关把同一代码给了多家企业，请按编号查询其中一家。"
            ),
            members: ["locations": .array(locations.map { .string($0) })]
        )
    }
}
