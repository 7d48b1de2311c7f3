// Package bedrock asks a large language model by Amazon Bedrock.
package bedrock

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"dossier/internal/awserror"
	"dossier/internal/large"
)

// Model is a large.Model. The answer comes as the input of a tool, which every model that calls tools gives in the shape
// of a schema (Amazon Bedrock User Guide, "Use a tool to complete an Amazon Bedrock model response").
type Model struct {
	client *bedrockruntime.Client
	id     string
}

// New makes a Model of the model id or inference profile. The client's region is where the paper is read.
func New(client *bedrockruntime.Client, id string) *Model {
	return &Model{id: id, client: bedrockruntime.New(client.Options(), func(o *bedrockruntime.Options) {
		o.APIOptions = append(slices.Clone(o.APIOptions), awserror.Quiet)
	})}
}

// Answer implements large.Model. Errors hold no word of the paper.
func (m *Model) Answer(ctx context.Context, p large.Prompt) (large.Answer, error) {
	var schema map[string]any
	if err := json.Unmarshal(p.Schema, &schema); err != nil {
		return large.Answer{}, fmt.Errorf("read schema: %w", err)
	}
	out, err := m.client.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId: &m.id,
		System:  []types.SystemContentBlock{&types.SystemContentBlockMemberText{Value: p.System}},
		Messages: []types.Message{{
			Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: p.User}},
		}},
		InferenceConfig: &types.InferenceConfiguration{
			MaxTokens: aws.Int32(large.MostTokens), Temperature: aws.Float32(0),
		},
		ToolConfig: &types.ToolConfiguration{
			ToolChoice: &types.ToolChoiceMemberTool{Value: types.SpecificToolChoice{Name: &p.Name}},
			Tools: []types.Tool{&types.ToolMemberToolSpec{Value: types.ToolSpecification{
				Name: &p.Name, Description: aws.String("Takes what the paper is."),
				InputSchema: &types.ToolInputSchemaMemberJson{Value: document.NewLazyDocument(schema)},
			}}},
		},
	})
	if err != nil {
		return large.Answer{}, fmt.Errorf("converse: %w", err)
	}
	a := large.Answer{}
	if u := out.Usage; u != nil {
		a.TokensRead, a.TokensWritten = int(aws.ToInt32(u.InputTokens)), int(aws.ToInt32(u.OutputTokens))
	}
	said, ok := out.Output.(*types.ConverseOutputMemberMessage)
	if !ok {
		return a, large.ErrNoAnswer
	}
	for _, block := range said.Value.Content {
		if use, ok := block.(*types.ContentBlockMemberToolUse); ok && aws.ToString(use.Value.Name) == p.Name {
			if a.JSON, err = use.Value.Input.MarshalSmithyDocument(); err != nil {
				return a, fmt.Errorf("read the tool's input: %w", err)
			}
			return a, nil
		}
	}
	return a, large.ErrNoAnswer
}
