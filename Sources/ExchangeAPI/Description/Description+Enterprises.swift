internal import CanonicalJSON

extension EndpointDescription {
    /// What is known of enterprises, and what came to be known.
    static let enterprises: [String: EndpointDescription] = [
        "enterprise": EndpointDescription(
            title: .init("The credit profile of an enterprise", "一家企业的信用档案"),
            text: .init(
                "By an id, any code or a registry key; signed, with the proof that it is the present one.",
                "按编号、任一代码或登记主键查询；经签名，并附其为现行版本的证明。"
            ),
            path: [
                Parameter(
                    "id",
                    "an id (sx…), a code (USCC, organisation code, registration number, taxpayer number) or a registry key",
                    "编号（sx…）、代码（统一社会信用代码、组织机构代码、注册号、纳税人识别号）或登记主键",
                    ParameterSchema.text(longest: 64),
                    isRequired: true,
                    example: "91440101MA5AK9RM4X"
                )
            ],
            query: [
                Parameter("asOf", "what was true on that day", "当日为真的内容", ParameterSchema.day, example: "2018-06-01"),
                Parameter(
                    "knownAt",
                    "what would have been answered at that moment; without a zone it is Shanghai's time",
                    "当时会如何答复；未写时区时按上海时间",
                    ParameterSchema.text(longest: 40),
                    example: "2018-06-01T10:00:00+08:00"
                ),
                sections,
            ],
            fields: [anyForm, ifNoneMatch, evidence],
            answers: [
                Answer(
                    200,
                    "The profile. Suixin-Status and Suixin-Proof show that it is the present one.",
                    "信用档案。Suixin-Status 与 Suixin-Proof 证明其为现行版本。",
                    signed("profile") + json("PlainAnswer"),
                    fields: ["ETag", "Content-Location"]
                ),
                notModified(["Content-Location"]),
            ],
            problems: [
                .several([]), .moved(to: ""), .badDay, .future, .unknown, .unknownThen, .nothingTrue, .notYet,
            ]
        ),
        "batch": EndpointDescription(
            title: .init("Many profiles in one request", "一次查询多家企业"),
            text: .init(
                "Answered line by line (NDJSON), in the order of what was asked. Ten count as one request.",
                "逐行答复（NDJSON），次序与所问相同；每十家计一次请求。"
            ),
            query: [sections],
            fields: [evidence],
            body: Body(schema: "BatchRequest", example: #"{"ids":["91440101MA5AK9RM4X"]}"#),
            answers: [
                Answer(
                    200,
                    "A line for each.",
                    "每家一行。",
                    [("application/x-ndjson", ParameterSchema.named("BatchLine"))]
                )
            ]
        ),
        "changes": EndpointDescription(
            title: .init("What came to be said of enterprises", "企业信息的变更"),
            text: .init(
                "The changes after a number, with the signed statuses that say so. Accept: text/event-stream gives an event for "
                    + "each, for as long as the connection stays.",
                "某序号之后的变更，附相应的签名状态。Accept: text/event-stream 时以事件流逐条发送。"
            ),
            query: [
                Parameter(
                    "after",
                    "the number of the last change that is known",
                    "已知的最后一个变更序号",
                    ParameterSchema.whole(0...wholeLimit, default: 0)
                ),
                Parameter(
                    "codes",
                    "whether changes of codes are wanted, too; for whom every section was granted",
                    "是否同时给出代码的变更；须获授予全部分项",
                    ParameterSchema.flag
                ),
                limit(1000, 500),
                Parameter(
                    "wait",
                    "seconds to wait for the first change, where there is none",
                    "暂无变更时等待的秒数",
                    ParameterSchema.whole(0...50, default: 0)
                ),
            ],
            fields: [
                Parameter(
                    "Accept",
                    "application/json (default) or text/event-stream",
                    "application/json（默认）或 text/event-stream",
                    ParameterSchema.field
                ),
                Parameter(
                    "Last-Event-ID",
                    "with text/event-stream: the number of the last change that came",
                    "用于 text/event-stream：收到的最后一个变更序号",
                    ParameterSchema.field
                ), evidence,
            ],
            answers: [
                Answer(
                    200,
                    "The changes.",
                    "变更。",
                    json("ChangePage") + [("text/event-stream", .object(["type": .string("string")]))]
                )
            ],
            problems: [.changesGone, .notAllSections]
        ),
        "search": EndpointDescription(
            title: .init("Enterprises by name", "按名称检索企业"),
            text: .init(
                "By a present or former name, a part of one, or its pinyin. What is found is no identity.",
                "按现用名、曾用名、名称的一部分或拼音检索。检索结果不代表身份认定。"
            ),
            query: findingQuery,
            fields: [evidence],
            answers: [
                Answer(
                    200,
                    "Hits, the best first; signed as an answer (RFC 9421).",
                    "结果，最佳者在前；以答复签名（RFC 9421）。",
                    json("SearchPage"),
                    fields: ["Content-Digest", "Signature-Input", "Signature"]
                )
            ]
        ),
    ]

    /// JSON's whole numbers, as every reader can hold them.
    static let wholeLimit: Int64 = 1 << 53 - 1

    private static let findingQuery = [
        Parameter(
            "name",
            "a name, a part of one, or its pinyin",
            "企业名称、其一部分或拼音",
            ParameterSchema.text(longest: 200),
            isRequired: true,
            example: "腾讯"
        ),
        Parameter(
            "district",
            "2, 4 or 6 digits of the administrative division",
            "行政区划代码的前 2、4 或 6 位",
            ParameterSchema.text(longest: 6),
            example: "4401"
        ),
        Parameter("state", "the state of registration", "登记状态", ParameterSchema.text(longest: 60), example: "存续"),
        Parameter(
            "industry",
            "a code of the industry, or its beginning",
            "行业代码或其前几位",
            ParameterSchema.text(longest: 20),
            example: "F51"
        ),
        limit(100, 20),
        Parameter(
            "cursor",
            "what the page before gave as next; opaque",
            "前一页给出的 next，内容不作约定",
            ParameterSchema.text(longest: 400)
        ),
    ]

    /// Which enterprise a platform's own record is about.
    static let finding: [String: EndpointDescription] = [
        "match": EndpointDescription(
            title: .init("Candidates for a platform's own records", "按平台自有资料比对企业"),
            text: .init(
                "For each record its candidates, with a confidence from 1 to 10, a grade for each field and the reasons in Chinese "
                    + "and English. Act on 8 or more, or on a code. Ten count as one request.",
                "每条资料的候选企业，附 1 至 10 的置信度、各字段评级及中英文理由。请仅依据 8 分以上或代码一致者行事。每十条计一次请求。"
            ),
            fields: [evidence],
            body: Body(
                schema: "MatchRequest",
                example: #"{"limit":3,"queries":[{"name":"广州腾讯科技有限公司","district":"4401"}]}"#
            ),
            answers: [
                Answer(
                    200,
                    "Candidates, in the order of what was asked; signed as an answer.",
                    "候选企业，次序与所问相同；以答复签名。",
                    json("MatchAnswer"),
                    fields: ["Content-Digest", "Signature-Input", "Signature"]
                )
            ]
        )
    ]

    /// What a client itself was answered.
    static let own: [String: EndpointDescription] = [
        "queries": EndpointDescription(
            title: .init("The client's own queries", "调用方自己的查询"),
            text: .init("The newest first.", "最新的在前。"),
            query: [
                limit(1000, 100),
                Parameter(
                    "before",
                    "what the page before gave as before: the queries that are older",
                    "前一页给出的 before：更早的查询",
                    ParameterSchema.text(longest: 27, pattern: "^q[0-9a-hjkmnp-tv-z]{26}$")
                ),
            ],
            fields: [evidence],
            answers: [Answer(200, "Entries of the journal.", "查询日志条目。", json("QueryPage"))]
        ),
        "evidence": EndpointDescription(
            title: .init("What a query was answered with", "某次查询得到的答复"),
            text: .init("The very bytes; their digest stands in the journal.", "当时的原字节，其摘要记于日志。"),
            path: [
                Parameter(
                    "query",
                    "the id that Suixin-Query named",
                    "Suixin-Query 所载的查询编号",
                    ParameterSchema.text(longest: 27, pattern: "^q[0-9a-hjkmnp-tv-z]{26}$"),
                    isRequired: true,
                    example: "q" + String(repeating: "0", count: 26)
                )
            ],
            fields: [evidence],
            answers: [Answer(200, "The document.", "文书。", signed("any") + json("AnyObject"))],
            problems: [.noEvidence]
        ),
    ]
}
