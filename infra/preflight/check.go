package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"dossier/internal/ticket"
)

// check looks at one account and region for one stack.
type check struct {
	config   aws.Config
	stack    string
	template template
	values   map[string]string
	account  string
	// deployed: the stack is there already.
	deployed        bool
	problems, notes []string
}

func newCheck(c aws.Config, stack string, t template, given map[string]string) *check {
	return &check{config: c, stack: stack, template: t, values: given}
}

func (c *check) problem(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// all makes every check. It fails only if AWS cannot be asked.
func (c *check) all(ctx context.Context) error {
	who, err := sts.NewFromConfig(c.config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return fmt.Errorf("ask AWS who this is: %w", err)
	}
	c.account = aws.ToString(who.Account)
	if err := c.existing(ctx); err != nil {
		return err
	}
	c.parameters()
	c.name()
	for _, f := range []func(context.Context) error{
		c.bucket, c.ticketKeys, c.readerKey, c.identity, c.configurationSet, c.sending, c.concurrency, c.services,
	} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

// existing looks for the stack. One that is there gives the parameters that were not given.
func (c *check) existing(ctx context.Context) error {
	out, err := cloudformation.NewFromConfig(c.config).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &c.stack})
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "ValidationError" {
		return nil // there is none of that name
	}
	if err != nil {
		return fmt.Errorf("look for the stack: %w", err)
	}
	for _, s := range out.Stacks {
		status := string(s.StackStatus)
		switch {
		case status == "REVIEW_IN_PROGRESS":
			continue // a change set, and nothing made of it
		case strings.HasSuffix(status, "_IN_PROGRESS"):
			c.problem("the stack %s is being changed (%s): wait until that is done", c.stack, status)
		case status == "UPDATE_ROLLBACK_FAILED":
			c.problem("the stack %s stands between two versions: aws cloudformation continue-update-rollback --stack-name %s", c.stack, c.stack)
		case status == "ROLLBACK_COMPLETE" || status == "ROLLBACK_FAILED" || status == "CREATE_FAILED" || status == "DELETE_FAILED":
			c.problem("the stack %s was never finished (%s): delete it first, sam delete --stack-name %s", c.stack, status, c.stack)
		}
		c.deployed = true
		for _, p := range s.Parameters {
			if name := aws.ToString(p.ParameterKey); c.values[name] == "" {
				c.values[name] = aws.ToString(p.ParameterValue)
			}
		}
	}
	return nil
}

// parameters looks for values that CloudFormation would refuse, and fills in defaults.
func (c *check) parameters() {
	for _, name := range slices.Sorted(maps.Keys(c.values)) {
		if _, ok := c.template.Parameters[name]; !ok && !c.deployed {
			c.problem("the template has no parameter %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.template.Parameters)) {
		p := c.template.Parameters[name]
		value, given := c.values[name]
		switch {
		case !given && p.Default == nil:
			c.problem("the parameter %s has no value: give %s=...", name, name)
		case !given:
			c.values[name] = *p.Default
		default:
			if why := p.wrong(value); why != "" {
				c.problem("the parameter %s: %s", name, why)
			}
		}
	}
}

// stackName is a name that can be part of the bucket's name and of the sign-in pages' address.
var stackName = regexp.MustCompile(`^[a-z][a-z0-9-]*[a-z0-9]$`)

// longest is how long the name of a bucket and the name before Cognito's address may be.
const longest = 63

func (c *check) bucketName() string {
	return fmt.Sprintf("dossier-%s-%s-%s", c.account, c.config.Region, c.stack)
}

func (c *check) name() {
	if !stackName.MatchString(c.stack) {
		c.problem("the stack's name %s is part of the bucket's: it may have small letters, digits and hyphens alone", c.stack)
	}
	if over := len(c.bucketName()) - longest; over > 0 {
		c.problem("the stack's name %s is too long by %d: the bucket's name holds it", c.stack, over)
	}
	for _, word := range []string{"aws", "amazon", "cognito"} { // Cognito refuses them in an address
		if c.values["OidcIssuer"] == "" && strings.Contains(c.stack, word) {
			c.problem("the stack's name %s has %q in it, which Cognito does not take in an address", c.stack, word)
		}
	}
}

// bucket looks whether a bucket was left behind.
func (c *check) bucket(ctx context.Context) error {
	if c.deployed || !stackName.MatchString(c.stack) {
		return nil
	}
	client := s3.NewFromConfig(c.config, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(c.bucketName())})
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		switch answer.HTTPStatusCode() {
		case http.StatusNotFound:
			return nil
		case http.StatusForbidden, http.StatusMovedPermanently:
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("look for the bucket: %w", err)
	}
	c.problem("the bucket %s is there, and the stack is not: choose another stack name, or import the bucket and the table into a stack "+
		"(CloudFormation, \"Create stack with existing resources\"), or delete it if nobody needs what it holds", c.bucketName())
	return nil
}

// missing tells whether AWS says that something is not there.
func missing(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && slices.Contains([]string{"ResourceNotFoundException", "NotFoundException", "ParameterNotFound"}, api.ErrorCode())
}

// ticketKeys reads the keys of upload links as the functions will.
func (c *check) ticketKeys(ctx context.Context) error {
	name := c.values["TicketKeysSecret"]
	if name == "" {
		return nil // a problem already
	}
	client := secretsmanager.NewFromConfig(c.config)
	out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	switch {
	case missing(err):
		c.problem("there is no secret %s: aws secretsmanager create-secret --name %s --secret-string \"k1:$(openssl rand -base64 32)\"", name, name)
		return nil
	case err != nil:
		return fmt.Errorf("read the secret %s: %w", name, err)
	}
	if _, err := ticket.ParseKeys(aws.ToString(out.SecretString)); err != nil {
		c.problem("the secret %s holds no keys: %v", name, err)
	}
	return c.ownKey(ctx, name)
}

// ownKey looks whether the functions may decrypt a secret.
func (c *check) ownKey(ctx context.Context, name string) error {
	out, err := secretsmanager.NewFromConfig(c.config).DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &name})
	switch {
	case missing(err):
		c.problem("there is no secret %s", name)
		return nil
	case err != nil:
		return fmt.Errorf("look at the secret %s: %w", name, err)
	}
	if key := aws.ToString(out.KmsKeyId); key != "" && !strings.HasSuffix(key, "alias/aws/secretsmanager") {
		c.problem("the secret %s is encrypted with a key of yours, which the functions may not use: leave it to aws/secretsmanager", name)
	}
	return nil
}

// readerKey looks at the key of the large reader's server.
func (c *check) readerKey(ctx context.Context) error {
	if name := c.values["LargeReaderKeySecret"]; name != "" {
		return c.ownKey(ctx, name)
	}
	return nil
}

// identity looks whether mails may come from MailFrom.
func (c *check) identity(ctx context.Context) error {
	name, from := c.values["SesIdentity"], c.values["MailFrom"]
	if name == "" {
		return nil
	}
	out, err := sesv2.NewFromConfig(c.config).GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: &name})
	switch {
	case missing(err):
		c.problem("SES has no identity %s in %s: make it there, and verify it", name, c.config.Region)
	case err != nil:
		return fmt.Errorf("look for the identity %s: %w", name, err)
	case !out.VerifiedForSendingStatus:
		c.problem("the identity %s is not verified: SES's console says which records its domain needs", name)
	}
	_, domain, _ := strings.Cut(strings.ToLower(from), "@")
	if want := strings.ToLower(name); from != "" && !strings.EqualFold(from, name) && domain != want && !strings.HasSuffix(domain, "."+want) {
		c.problem("MailFrom %s is not of the identity %s", from, name)
	}
	return nil
}

func (c *check) configurationSet(ctx context.Context) error {
	name := c.values["SesConfigurationSet"]
	if name == "" {
		return nil
	}
	_, err := sesv2.NewFromConfig(c.config).GetConfigurationSet(ctx, &sesv2.GetConfigurationSetInput{ConfigurationSetName: &name})
	switch {
	case missing(err):
		c.problem("SES has no configuration set %s: aws sesv2 create-configuration-set --configuration-set-name %s", name, name)
	case err != nil:
		return fmt.Errorf("look for the configuration set %s: %w", name, err)
	}
	return nil
}

// sending looks whether SES sends to everybody.
func (c *check) sending(ctx context.Context) error {
	out, err := sesv2.NewFromConfig(c.config).GetAccount(ctx, &sesv2.GetAccountInput{})
	if err != nil {
		return fmt.Errorf("look at SES's account: %w", err)
	}
	if !out.SendingEnabled {
		c.problem("SES has paused this account: see its console")
	}
	if !out.ProductionAccessEnabled {
		c.notes = append(c.notes, "SES's account is in the sandbox in "+c.config.Region+": mails reach verified addresses alone until production access is granted")
	}
	return nil
}

// spare is how many calls the pages and all other functions need besides intake.
const spare = 5

func (c *check) concurrency(ctx context.Context) error {
	out, err := lambda.NewFromConfig(c.config).GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return fmt.Errorf("look at Lambda's quotas: %w", err)
	}
	has := 0
	if out.AccountLimit != nil {
		has = int(aws.ToInt32(out.AccountLimit.UnreservedConcurrentExecutions))
	}
	intake, err := strconv.Atoi(c.values["IntakeConcurrency"])
	if err == nil && intake+spare > has {
		c.problem("the account runs %d calls at once, and intake alone would take %d: give IntakeConcurrency=%d, or ask for a higher quota of "+
			"concurrent executions", has, intake, max(2, has-spare))
	}
	return nil
}

// services looks whether the region has what the parameters ask for.
func (c *check) services(ctx context.Context) error {
	wanted := map[string]string{}
	if c.values["Ocr"] == "textract" {
		wanted["textract"] = "give Ocr=none, or choose another region"
	}
	if c.values["LargeReader"] == "bedrock" && c.values["LargeReaderRegion"] == "" {
		wanted["bedrock"] = "give LargeReaderRegion, or LargeReader=none"
	}
	for _, service := range slices.Sorted(maps.Keys(wanted)) {
		// AWS publishes there which region has which service (AWS Systems Manager User Guide, "Calling AWS service, Region, endpoint,
		// Availability Zone, local zone, and wavelength zone public parameters").
		name := "/aws/service/global-infrastructure/regions/" + c.config.Region + "/services/" + service
		_, err := ssm.NewFromConfig(c.config).GetParameter(ctx, &ssm.GetParameterInput{Name: &name})
		switch {
		case missing(err):
			c.problem("%s has no %s: %s", c.config.Region, service, wanted[service])
		case err != nil:
			return fmt.Errorf("look whether %s has %s: %w", c.config.Region, service, err)
		}
	}
	return nil
}
